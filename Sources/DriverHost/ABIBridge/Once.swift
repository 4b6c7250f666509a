import DriverABI
import Glibc

/// What a library must do once in a process, whichever driver asks first.
///
/// The guards are the process's, because what they guard is: libcurl's global state does not belong to
/// a host. All run one at a time, since one library's beginning may call another's.
enum Once {
  private static let state = Guards()

  private final class Guards: @unchecked Sendable {
    // `@unchecked` because all of it is reached only between lock and unlock of `monitor`.
    let monitor = Monitor()
    var done: Set<String> = []
    var runner: pthread_t?
  }

  /// Runs `initialize` unless it has succeeded under that key before.
  ///
  /// Answers a status of the ABI.
  static func run(_ key: String, for driver: DriverRuntime, _ initialize: () -> Int32) -> Int32 {
    driver.probing?.value.onOnce?(key)
    state.monitor.lock()
    while let runner = state.runner {
      if pthread_equal(runner, pthread_self()) != 0 {
        state.monitor.unlock()
        driver.reportMisuse(
          "PROC-9",
          "`once(\"\(key)\")` was called inside the function of another `once`"
        )
        return DH_REFUSED
      }
      state.monitor.wait()
    }
    if state.done.contains(key) {
      state.monitor.unlock()
      return DH_OK
    }
    state.runner = pthread_self()
    state.monitor.unlock()
    let status = initialize()
    state.monitor.lock()
    state.runner = nil
    if status == DH_OK { state.done.insert(key) }
    state.monitor.broadcast()
    state.monitor.unlock()
    // A status above 0 would read as success.
    return status > 0 ? DH_FAILED : status
  }
}
