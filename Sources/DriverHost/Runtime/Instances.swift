import DriverABI

/// A driver's instance: an address that only the driver knows the meaning of.
@safe
struct InstanceHandle: @unchecked Sendable {
  // `@unchecked` because the host passes it on and never looks behind it.
  let address: UnsafeMutableRawPointer?
}

/// The one instance of a blocking driver, made by the first call; others wait for it.
final class BlockingInstance: @unchecked Sendable {
  // `@unchecked` because the state is reached only between lock and unlock of `monitor`.
  private enum State {
    case none
    case making
    case made(InstanceHandle)
    case closed
  }

  private let monitor = Monitor()
  private var state = State.none

  /// The instance.
  ///
  /// A driver that could not make one is asked again by the next call.
  func get(of driver: DriverRuntime) throws(HostError) -> InstanceHandle {
    monitor.lock()
    while true {
      switch state {
      case .made(let instance):
        monitor.unlock()
        return instance
      case .making: monitor.wait()
      case .closed:
        monitor.unlock()
        throw HostError(.unavailable, stage: .call, "the host was closed")
      case .none:
        state = .making
        monitor.unlock()
        let result = Result { () throws(HostError) in
          try InstanceHandle.make(for: driver, loop: nil)
        }
        monitor.lock()
        if case .success(let instance) = result { state = .made(instance) } else { state = .none }
        monitor.broadcast()
        monitor.unlock()
        return try result.get()
      }
    }
  }

  /// Makes no instance any more: the one that there is, if any, which is no longer kept here.
  func close() -> InstanceHandle? {
    monitor.lock()
    defer {
      state = .closed
      monitor.unlock()
    }
    while case .making = state { monitor.wait() }
    guard case .made(let instance) = state else { return nil }
    return instance
  }
}

extension InstanceHandle {
  /// Has the driver make an instance.
  ///
  /// - Throws: What the driver reported, at the stage `.driver`.
  static func make(
    for driver: DriverRuntime,
    loop: DriverLoop?
  ) throws(HostError) -> InstanceHandle {
    final class Reported {
      var error: HostError?
    }
    guard let functions = driver.functions else {
      throw HostError(.internal, stage: .driver, "the driver \(driver.traits.name) is not loaded")
    }
    let reported = Reported()
    var address: UnsafeMutableRawPointer?
    let report = unsafe dh_report_v1(
      fn: { context, error in
        guard let context = unsafe context, unsafe ABIReading.isGiven(error) else { return }
        unsafe Unmanaged<Reported>.fromOpaque(context).takeUnretainedValue().error =
          HostError(unsafe error.pointee, stage: .driver, redactor: nil)
      },
      context: Unmanaged.passUnretained(reported).toOpaque()
    )
    let status = unsafe functions.create(
      driver.hostTable,
      loop.map { unsafe $0.address },
      &address,
      report
    )
    return try withExtendedLifetime(reported) { () throws(HostError) in
      if status == DH_OK { return unsafe InstanceHandle(address: address) }
      if var error = reported.error {
        error.message = "the driver \(driver.traits.name) could not start: \(error.message)"
        throw error
      }
      var error = HostError(
        .internal,
        stage: .driver,
        "the driver \(driver.traits.name) could not start (status \(status)) and gave no reason"
      )
      error.rule = "ENTRY-5"
      throw error
    }
  }
}
