import DriverABI
import Glibc

/// `dh.reactor/1`: a non-blocking driver's descriptors and timers on its loop.
enum ReactorFunctions {
  /// The table, for ever at one place and never changed, which is why it may be shared.
  nonisolated(unsafe) static let table: UnsafePointer<dh_reactor_v1> = {
    let place = UnsafeMutablePointer<dh_reactor_v1>.allocate(capacity: 1)
    unsafe place.initialize(to: functions)
    return unsafe UnsafePointer(place)
  }()

  private static let functions = unsafe dh_reactor_v1(
    watch: { address, descriptor, events, function, context in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "watch") else { return Int64(DH_REFUSED) }
      let result = here.loop.watch(descriptor, for: events, owner: here.owner) { ready in
        here.measured("an event's callback") { unsafe function(context, ready) }
      }
      switch result {
      case .success(let id): return id
      case .failure(let failure) where failure.number == ENOSPC || failure.number == ENOMEM:
        return Int64(DH_FAILED)
      case .failure(let failure):
        here.driver.reportMisuse(
          "LOOP-4",
          "the descriptor \(descriptor) cannot be watched: \(systemMessage(failure.number))"
        )
        return Int64(DH_INVALID)
      }
    },
    change: { address, watch, events in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "change") else { return DH_REFUSED }
      if here.loop.change(watch, to: events) { return DH_OK }
      here.driver.reportMisuse(
        "LOOP-10",
        "`change` was given a watch that has ended, or a closed descriptor"
      )
      return DH_INVALID
    },
    unwatch: { address, watch in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "unwatch") else { return DH_REFUSED }
      if here.loop.unwatch(watch) { return DH_OK }
      here.driver.reportMisuse("LOOP-10", "`unwatch` was given a watch that has ended")
      return DH_INVALID
    },
    timer: { address, delay, function, context in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "timer") else { return Int64(DH_REFUSED) }
      return here.loop.addTimer(after: delay, owner: here.owner) {
        here.measured("a timer's callback") { unsafe function(context) }
      }
    },
    cancel: { address, timer in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "cancel") else { return DH_REFUSED }
      return here.loop.cancelTimer(timer) ? DH_OK : DH_GONE
    },
    post: { address, function, context in
      let here = unsafe DriverLoop.at(address)
      // The driver says that the context may cross threads by calling `post`.
      nonisolated(unsafe) let crossing = unsafe (function, context)
      let isTaken = here.loop.post {
        here.measured("a posted function") { unsafe crossing.0(crossing.1) }
      }
      return isTaken ? DH_OK : DH_GONE
    }
  )

  /// Whether the caller is where it may be; says so if not.
  static func isOnLoop(_ here: DriverLoop, _ function: StaticString) -> Bool {
    if here.loop.isCurrent { return true }
    here.driver.reportMisuse("LOOP-2", "`\(function)` was called on another thread than its loop's")
    return false
  }
}
