import DriverKit

/// A driver that never waits: its calls are timers on the host's loop, thousands of them on one thread.
///
/// One instance lives on each loop and is entered on its thread only, so nothing here is locked.
final class AlarmDriver: NonblockingDriver {
  private let loop: Loop

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    self.loop = loop
  }

  func start(_ call: Call) {
    do throws(DriverError) {
      switch call.action {
      case "wait": Alarm(try AlarmInputs(call.inputs), call, loop).begin()
      default: throw DriverError(.unsupported, "the driver does not know this action")
      }
    } catch {
      call.fail(error)
    }
  }
}

/// What a call asks for.
///
/// The host has held it against the descriptor's schema.
struct AlarmInputs {
  var seconds: Double
  var message: String

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    seconds = try inputs.required("seconds").double()
    message = try inputs.required("message").string()
  }
}

/// One call on its way: its timer, and what ends it before that.
private final class Alarm {
  private let inputs: AlarmInputs
  private let call: Call
  private let loop: Loop
  private var timer: LoopTimer?

  init(_ inputs: AlarmInputs, _ call: Call, _ loop: Loop) {
    self.inputs = inputs
    self.call = call
    self.loop = loop
  }

  func begin() {
    // These two hold this object; letting go of the timer, and the call's end, free it.
    let timer = loop.timer { [self] in end() }
    call.onStop(on: loop) { [self] in
      self.timer = nil
      call.fail((call.stop ?? .cancelled).error)
    }
    do throws(DriverError) {
      try timer.arm(afterNanoseconds: UInt64(inputs.seconds * 1e9))
      self.timer = timer
    } catch {
      call.fail(error)
    }
  }

  private func end() {
    timer = nil
    do throws(DriverError) {
      try call.output("message", .string(inputs.message))
      call.succeed()
    } catch {
      call.fail(error)
    }
  }
}
