import DriverKit

/// The driver for the connector type @TYPE@.
///
/// Its calls never wait: they are timers on the host's loop, thousands of them on one thread.
///
/// One instance lives on each loop and is entered on its thread only, so nothing here is locked.
final class TemplateDriver: NonblockingDriver {
  private let loop: Loop

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    self.loop = loop
  }

  func start(_ call: Call) {
    do throws(DriverError) {
      switch call.action {
      case "say": Saying(try SayInputs(call.inputs), call, loop).begin()
      default: throw DriverError(.unsupported, "the driver does not know this action")
      }
    } catch {
      call.fail(error)
    }
  }
}

/// The inputs of `say`.
///
/// The host has held them against the descriptor.
struct SayInputs {
  var text: String
  var delay: Double

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    text = try inputs.required("text").string()
    delay = try inputs.required("delay").double()
  }
}

/// One call on its way: its timer, and what ends it before that.
private final class Saying {
  private let inputs: SayInputs
  private let call: Call
  private let loop: Loop
  private var timer: LoopTimer?

  init(_ inputs: SayInputs, _ call: Call, _ loop: Loop) {
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
      try timer.arm(afterNanoseconds: UInt64(inputs.delay * 1e9))
      self.timer = timer
    } catch {
      call.fail(error)
    }
  }

  private func end() {
    timer = nil
    do throws(DriverError) {
      try call.output("text", .string(inputs.text))
      call.succeed()
    } catch {
      call.fail(error)
    }
  }
}
