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
      guard unsafe isGiven(function, here, "watch") else { return Int64(DH_INVALID) }
      let unknown = here.driver.probing?.value.isNewer == true ? unknownEvent : 0
      let result = here.loop.watch(descriptor, for: events, owner: here.owner) { ready in
        here.measured("an event's callback") { unsafe function(context, ready | unknown) }
      }
      switch result {
      case .success(let id): return id
      case .failure(let failure) where failure.hasNoRoom:
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
      do throws(SystemFailure) {
        try here.loop.change(watch, to: events, owner: here.owner)
        return DH_OK
      } catch {
        if error.hasNoRoom { return DH_FAILED }
      }
      here.driver.reportMisuse(
        "LOOP-10",
        "`change` was given a watch that has ended or is another's, or its descriptor was closed"
      )
      return DH_INVALID
    },
    unwatch: { address, watch in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "unwatch") else { return DH_REFUSED }
      if here.loop.unwatch(watch, owner: here.owner) { return DH_OK }
      here.driver.reportMisuse(
        "LOOP-10",
        "`unwatch` was given a watch that has ended or is another's"
      )
      return DH_INVALID
    },
    timer: { address, delay, function, context in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "timer") else { return Int64(DH_REFUSED) }
      guard unsafe isGiven(function, here, "timer") else { return Int64(DH_INVALID) }
      return here.loop.addTimer(after: delay, owner: here.owner) {
        here.measured("a timer's callback") { unsafe function(context) }
      }
    },
    cancel: { address, timer in
      let here = unsafe DriverLoop.at(address)
      guard isOnLoop(here, "cancel") else { return DH_REFUSED }
      return here.loop.cancelTimer(timer, owner: here.owner) ? DH_OK : DH_GONE
    },
    post: { address, function, context in
      let here = unsafe DriverLoop.at(address)
      guard unsafe isGiven(function, here, "post") else { return DH_INVALID }
      // The driver says that the context may cross threads by calling `post`.
      nonisolated(unsafe) let crossing = unsafe (function, context)
      let isTaken = here.post {
        here.measured("a posted function") { unsafe crossing.0(crossing.1) }
      }
      return isTaken ? DH_OK : DH_GONE
    }
  )

  /// What no revision has until now.
  private static let unknownEvent: UInt32 = 0x4000_0000

  /// Whether a function that must not be NULL is none; says so if it is.
  static func isGiven<Function>(
    _ function: Function,
    _ here: DriverLoop,
    _ what: StaticString
  ) -> Bool {
    if ABIReading.isGiven(function: function) { return true }
    here.driver.reportMisuse("MEM-4", "the function of `\(what)` is NULL")
    return false
  }

  /// Whether the caller is where it may be; says so if not.
  static func isOnLoop(_ here: DriverLoop, _ function: StaticString) -> Bool {
    if here.loop.isCurrent { return true }
    here.driver.reportMisuse("LOOP-2", "`\(function)` was called on another thread than its loop's")
    return false
  }
}
