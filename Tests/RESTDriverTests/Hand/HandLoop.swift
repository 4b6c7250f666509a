import DriverABI
import Foundation
import TestSupport

/// A loop for drivers that a test turns by hand, on its own thread: `dh.reactor/1` and `dh.resolve/1` over
/// poll(2).
///
/// It counts, it refuses what a test wants refused, and it notes what no driver may do.
final class HandLoop {
  /// What a look-up comes to.
  enum Answer {
    case addresses([String])
    case error(code: UInt32, vendorCode: Int64, flags: UInt32, message: String)
  }

  private struct Watch {
    var descriptor: Int32
    var events: UInt32
    var function: dh_event_fn_v1
    var context: UnsafeMutableRawPointer?
  }

  private struct Timer {
    var time: UInt64
    var function: dh_fn_v1
    var context: UnsafeMutableRawPointer?
  }

  private struct Lookup {
    var name: String
    var function: dh_resolved_fn_v1
    var context: UnsafeMutableRawPointer?
  }

  /// What names have; a look-up of another one is never answered.
  var names: [String: Answer] = [:]
  /// The names that were asked for, in order.
  private(set) var askedNames: [String] = []
  /// How many of the next watches are refused, as where the system has no place for more.
  var watchesToRefuse = 0
  /// What the driver did and must not do.
  private(set) var faults: [String] = []
  /// How often the driver was called.
  private(set) var callbackCount = 0
  /// How many descriptors are watched.
  var watchCount: Int { watches.count }

  private var watches: [Int64: Watch] = [:]
  private var timers: [Int64: Timer] = [:]
  private var lookups: [Int64: Lookup] = [:]
  private var posted: [() -> Void] = []
  private var lastID: Int64 = 0

  /// What C calls it.
  var address: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  private static func at(_ address: OpaquePointer) -> HandLoop {
    Unmanaged<HandLoop>.fromOpaque(UnsafeRawPointer(address)).takeUnretainedValue()
  }

  private func nextID() -> Int64 {
    lastID += 1
    return lastID
  }

  // MARK: - Turning

  /// Runs `body` on the next turn.
  func post(_ body: @escaping () -> Void) { posted.append(body) }

  /// Turns until a condition holds; fails after a generous time.
  func run(_ what: String, until condition: () throws -> Bool) throws {
    let end = HandLoop.now() + 20_000_000_000
    while try !condition() {
      guard HandLoop.now() < end else { throw TestSupportError("did not happen: \(what)") }
      turn()
    }
  }

  /// Lets everything run that is due, and waits a little where nothing is.
  func turn() {
    let hadWork = hasPostedWork
    runPosted()
    runTimers()
    answerLookups()
    waitForEvents(hadWork || hasPostedWork ? 0 : 10)
  }

  /// Whether something is posted that has not run.
  var hasPostedWork: Bool { !posted.isEmpty }

  /// Runs what was posted so far.
  func runPosted() {
    let work = posted
    posted = []
    for body in work { call(body) }
  }

  private func call(_ body: () -> Void) {
    callbackCount += 1
    body()
  }

  private func runTimers() {
    let now = HandLoop.now()
    for (id, timer) in timers.filter({ $0.value.time <= now }).sorted(by: { $0.key < $1.key })
    where timers.removeValue(forKey: id) != nil {
      call { timer.function(timer.context) }
    }
  }

  private func answerLookups() {
    for (id, lookup) in lookups {
      guard let answer = names[lookup.name], lookups.removeValue(forKey: id) != nil else {
        continue
      }
      call { HandLoop.deliver(answer, to: lookup) }
    }
  }

  private static func deliver(_ answer: Answer, to lookup: Lookup) {
    switch answer {
    case .addresses(let addresses):
      let copies = addresses.map { strdup($0) }
      defer { for copy in copies { free(copy) } }
      let texts = copies.map { dh_text_v1(ptr: $0, len: $0.map { strlen($0) } ?? 0) }
      lookup.function(lookup.context, nil, texts, texts.count)
    case .error(let code, let vendorCode, let flags, let message):
      var message = message
      message.withUTF8 { utf8 in
        var error = dh_error_v1()
        error.code = code
        error.vendor_code = vendorCode
        error.flags = flags
        error.message = dh_text_v1(
          ptr: UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self),
          len: utf8.count
        )
        lookup.function(lookup.context, &error, nil, 0)
      }
    }
  }

  private func waitForEvents(_ limit: Int32) {
    let ids = watches.keys.sorted()
    var entries = ids.compactMap { watches[$0] }.map { watch in
      pollfd(
        fd: watch.descriptor,
        events: Int16(watch.events & DH_READABLE != 0 ? POLLIN : 0)
          | Int16(watch.events & DH_WRITABLE != 0 ? POLLOUT : 0),
        revents: 0
      )
    }
    let next = timers.values.map(\.time).min() ?? .max
    let now = HandLoop.now()
    let left = next > now ? (next - now) / 1_000_000 : 0
    guard poll(&entries, nfds_t(entries.count), min(limit, Int32(clamping: left))) > 0 else {
      return
    }
    for (id, entry) in zip(ids, entries) where entry.revents != 0 {
      // What was removed keeps silent.
      guard let watch = watches[id] else { continue }
      let found = Int32(entry.revents)
      if found & POLLNVAL != 0 {
        faults.append("the descriptor \(watch.descriptor) was closed while it was watched")
        watches[id] = nil
        continue
      }
      var events: UInt32 = 0
      if found & POLLIN != 0 { events |= DH_READABLE }
      if found & POLLOUT != 0 { events |= DH_WRITABLE }
      if found & (POLLHUP | POLLERR) != 0 { events |= DH_HANGUP }
      call { watch.function(watch.context, events) }
    }
  }

  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  // MARK: - The tables: for ever at one place and never changed

  nonisolated(unsafe) static let reactor: UnsafePointer<dh_reactor_v1> = {
    let place = UnsafeMutablePointer<dh_reactor_v1>.allocate(capacity: 1)
    place.initialize(
      to: dh_reactor_v1(
        watch: { address, descriptor, events, function, context in
          HandLoop.at(address).watch(
            Watch(descriptor: descriptor, events: events, function: function, context: context)
          )
        },
        change: { address, id, events in
          let loop = HandLoop.at(address)
          guard loop.watches[id] != nil else { return DH_INVALID }
          loop.watches[id]?.events = events
          return DH_OK
        },
        unwatch: { address, id in
          let loop = HandLoop.at(address)
          if loop.watches.removeValue(forKey: id) != nil { return DH_OK }
          loop.faults.append("a watch was ended twice")
          return DH_INVALID
        },
        timer: { address, delay, function, context in
          let loop = HandLoop.at(address)
          let id = loop.nextID()
          let (time, isOver) = HandLoop.now().addingReportingOverflow(delay)
          loop.timers[id] = Timer(
            time: isOver ? .max : time,
            function: function,
            context: context
          )
          return id
        },
        cancel: { address, id in
          HandLoop.at(address).timers.removeValue(forKey: id) == nil ? DH_GONE : DH_OK
        },
        post: { address, function, context in
          HandLoop.at(address).posted.append { function(context) }
          return DH_OK
        }
      )
    )
    return UnsafePointer(place)
  }()

  nonisolated(unsafe) static let resolver: UnsafePointer<dh_resolve_v1> = {
    let place = UnsafeMutablePointer<dh_resolve_v1>.allocate(capacity: 1)
    place.initialize(
      to: dh_resolve_v1(
        resolve: { address, name, _, function, context in
          let loop = HandLoop.at(address)
          let id = loop.nextID()
          let bytes = UnsafeRawBufferPointer(start: name.ptr, count: name.len)
          let text = String(decoding: bytes, as: UTF8.self)
          loop.askedNames.append(text)
          loop.lookups[id] = Lookup(name: text, function: function, context: context)
          return id
        },
        cancel: { address, id in
          HandLoop.at(address).lookups.removeValue(forKey: id) == nil ? DH_GONE : DH_OK
        }
      )
    )
    return UnsafePointer(place)
  }()

  private func watch(_ watch: Watch) -> Int64 {
    if watchesToRefuse > 0 {
      watchesToRefuse -= 1
      return Int64(DH_FAILED)
    }
    if let (id, _) = watches.first(where: { $0.value.descriptor == watch.descriptor }) {
      faults.append("the descriptor \(watch.descriptor) was closed while it was watched")
      watches[id] = nil
    }
    let id = nextID()
    watches[id] = watch
    return id
  }
}
