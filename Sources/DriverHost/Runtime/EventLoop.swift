import CLinux
import Glibc
import Synchronization

/// One thread that waits for descriptors, timers and posted work: epoll(7) and an eventfd(2).
///
/// Non-blocking drivers live on it through `dh.reactor/1`. It is a task executor too, so that a Task
/// whose preference it is calls such a driver and is resumed without waking another thread.
///
/// The reactor's rule holds for all of it: what was removed keeps silent, also when its event had been
/// fetched already, because every watch has a generation.
@safe
package final class EventLoop: TaskExecutor, @unchecked Sendable {
  // `@unchecked` because everything below `inbox` is touched by the loop's own thread only.

  /// What to do with a descriptor's events (`DH_READABLE` and so on).
  typealias EventHandler = (UInt32) -> Void

  enum Work {
    case task(UnownedJob)
    case closure(() -> Void)
  }

  private struct Inbox {
    var work: [Work] = []
    var isAsleep = false
    var isClosed = false
    /// The thread has ended and the descriptors are closed: a driver may keep the loop for ever.
    var isEnded = false
  }

  private struct Watch {
    var descriptor: Int32 = -1
    var generation: UInt32 = 1
    var handler: EventHandler?
    var owner: ObjectIdentifier?
    /// Whether the descriptor is out of the set, since the watch waits for nothing: epoll(7) tells of hang-ups
    /// whatever it is asked for.
    var isSilent = false
  }

  private struct Timer {
    var owner: ObjectIdentifier
    var action: () -> Void
  }

  private let epoll: Int32
  private let wake: Int32
  private let inbox = Lock(Inbox())
  private let threadID = Atomic<UInt>(0)
  private var watches: [Watch] = []
  private var freeWatches: [Int] = []
  /// Which watch has a descriptor now: its owner may have closed it, and got its number again.
  private var owners: [Int32: Int] = [:]
  private var timers = TimerHeap<Timer>()
  private var batch: [Work] = []

  /// A loop on a new thread.
  ///
  /// - Throws: `.unavailable` where the system has no descriptor or thread left.
  package init(name: String) throws(HostError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard epoll >= 0, wake >= 0 else {
      let reason = systemMessage(errno)
      if epoll >= 0 { Glibc.close(epoll) }
      if wake >= 0 { Glibc.close(wake) }
      throw HostError(
        .unavailable,
        stage: .call,
        "the system has no descriptor left for an event loop (\(reason)): raise `ulimit -n`"
      )
    }
    var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: 0))
    unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event)
    do {
      // The thread keeps the loop alive until `close`.
      try Thread.start(name: name) { self.run() }
    } catch {
      Glibc.close(epoll)
      Glibc.close(wake)
      throw error
    }
  }

  /// Whether the loop's thread has ended.
  var isEnded: Bool { inbox.withLock { $0.isEnded } }

  /// Whether the caller is on the loop's thread.
  package var isCurrent: Bool {
    threadID.load(ordering: .relaxed) == UInt(pthread_self())
  }

  /// Runs work on the loop's thread, soon, in the order of posting.
  ///
  /// - Returns: False when the loop has ended: the work is dropped.
  @discardableResult
  package func post(_ work: sending @escaping () -> Void) -> Bool {
    add(.closure(work))
  }

  /// Runs a job of a Task that prefers this loop.
  ///
  /// After `close` it runs on the caller's thread: a Task must go on somewhere to come to its end.
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if !add(.task(job)) { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  /// Ends the loop's thread after the work that is posted already.
  ///
  /// Watches and timers are dropped.
  package func close() {
    inbox.withLock { inbox in
      inbox.isClosed = true
      wakeUp(&inbox)
    }
  }

  /// False if the thread has ended.
  private func add(_ work: Work) -> Bool {
    inbox.withLock { inbox in
      if inbox.isEnded { return false }
      inbox.work.append(work)
      wakeUp(&inbox)
      return true
    }
  }

  /// Inside the lock, so that the descriptor is still the loop's own.
  private func wakeUp(_ inbox: inout Inbox) {
    guard inbox.isAsleep, !inbox.isEnded else { return }
    inbox.isAsleep = false
    // The thread itself looks into the inbox before it sleeps.
    if isCurrent { return }
    var one: UInt64 = 1
    unsafe write(wake, &one, 8)
  }

  // MARK: - The loop's thread

  private func run() {
    threadID.store(UInt(pthread_self()), ordering: .relaxed)
    var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)
    while true {
      let isClosed = takeBatch()
      for work in batch { perform(work) }
      let hadWork = !batch.isEmpty
      batch.removeAll(keepingCapacity: true)
      if isClosed, !hadWork, end() { return }
      runTimers()
      let count = unsafe epoll_wait(epoll, &events, Int32(events.count), timeout())
      guard count > 0 else { continue }
      for place in 0..<Int(count) { unsafe dispatch(events[place]) }
    }
  }

  /// Closes the loop unless work has come meanwhile.
  private func end() -> Bool {
    let isEnded = inbox.withLock { inbox in
      guard inbox.work.isEmpty else { return false }
      inbox.isEnded = true
      // The system may give the thread's number to another one.
      threadID.store(0, ordering: .relaxed)
      Glibc.close(epoll)
      Glibc.close(wake)
      return true
    }
    guard isEnded else { return false }
    // Whatever handlers hold is let go of here, on the thread that they belong to.
    watches.removeAll()
    owners.removeAll()
    timers = TimerHeap()
    return true
  }

  private func perform(_ work: Work) {
    switch work {
    case .task(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    case .closure(let closure): closure()
    }
  }

  private func takeBatch() -> Bool {
    inbox.withLock { inbox in
      inbox.isAsleep = false
      swap(&inbox.work, &batch)
      return inbox.isClosed
    }
  }

  private func runTimers() {
    guard timers.next != nil else { return }
    let now = MonotonicTime.now
    while let timer = timers.popDue(now) { timer.action() }
  }

  /// Milliseconds for epoll_wait, rounded up, so that a timer is never early; -1 without timers.
  private func timeout() -> Int32 {
    let mustNotSleep = inbox.withLock { inbox in
      inbox.isAsleep = inbox.work.isEmpty && !inbox.isClosed
      return !inbox.isAsleep
    }
    if mustNotSleep { return 0 }
    guard let next = timers.next else { return -1 }
    let left = next.nanoseconds - MonotonicTime.now.nanoseconds
    return left <= 0 ? 0 : Int32(clamping: (left + 999_999) / 1_000_000)
  }

  private func dispatch(_ event: epoll_event) {
    let token = unsafe event.data.u64
    if token == 0 {
      var count: UInt64 = 0
      unsafe read(wake, &count, 8)
      return
    }
    let place = Int(token & 0xFFFF_FFFF)
    guard watches.indices.contains(place),
      watches[place].generation == UInt32(token >> 32),
      let handler = watches[place].handler
    else { return }
    unsafe handler(EventLoop.flags(of: event.events))
  }

  // MARK: - Watches and timers: on the loop's thread only

  /// Calls `handler` while a descriptor is ready: an id above 0, or the errno.
  ///
  /// `owner` is for `removeAll(of:)`.
  func watch(
    _ descriptor: Int32,
    for flags: UInt32,
    owner: ObjectIdentifier,
    _ handler: @escaping EventHandler
  ) -> Result<Int64, SystemFailure> {
    let place = freeWatches.popLast() ?? watches.count
    if place == watches.count { watches.append(Watch()) }
    let token = UInt64(watches[place].generation) << 32 | UInt64(place)
    var event = unsafe epoll_event(
      events: EventLoop.events(of: flags),
      data: epoll_data_t(u64: token)
    )
    guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      freeWatches.append(place)
      return .failure(SystemFailure(number: errno))
    }
    if flags & EventLoop.askable == 0 {
      unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
      watches[place].isSilent = true
    }
    watches[place].descriptor = descriptor
    watches[place].handler = handler
    watches[place].owner = owner
    owners[descriptor] = place
    return .success(Int64(bitPattern: token))
  }

  /// Changes what a watch waits for, nothing for no flags.
  ///
  /// - Throws: EBADF if that owner has no such watch, or its descriptor was closed; else why the system refused.
  func change(
    _ id: Int64,
    to flags: UInt32,
    owner: ObjectIdentifier
  ) throws(SystemFailure) {
    let noWatch = SystemFailure(number: EBADF)
    guard let place = place(of: id), watches[place].owner == owner else { throw noWatch }
    var event = unsafe epoll_event(
      events: EventLoop.events(of: flags),
      data: epoll_data_t(u64: UInt64(bitPattern: id))
    )
    let descriptor = watches[place].descriptor
    guard owners[descriptor] == place else { throw noWatch }
    let (wasSilent, isSilent) = (watches[place].isSilent, flags & EventLoop.askable == 0)
    // Out of the set a descriptor is not looked at, so that one that was closed would not be noticed.
    if wasSilent, isSilent {
      if fcntl(descriptor, F_GETFD) < 0 { throw noWatch }
      return
    }
    let operation =
      isSilent ? EPOLL_CTL_DEL : wasSilent ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    guard unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
      throw SystemFailure(number: errno)
    }
    watches[place].isSilent = isSilent
  }

  /// Ends a watch; false if that owner has no such watch.
  func unwatch(_ id: Int64, owner: ObjectIdentifier) -> Bool {
    guard let place = place(of: id), watches[place].owner == owner else { return false }
    let descriptor = watches[place].descriptor
    if owners[descriptor] == place {
      owners[descriptor] = nil
      // A descriptor that its owner has closed already is gone from the set; that is no failure here.
      var event = unsafe epoll_event()
      unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }
    watches[place].handler = nil
    watches[place].descriptor = -1
    watches[place].isSilent = false
    watches[place].generation = (watches[place].generation + 1) & 0x7FFF_FFFF | 1
    freeWatches.append(place)
    return true
  }

  /// Calls `action` once, not before that time.
  ///
  /// `owner` is for `removeAll(of:)`.
  func addTimer(
    after delay: UInt64,
    owner: ObjectIdentifier,
    _ action: @escaping () -> Void
  ) -> Int64 {
    let time = MonotonicTime.now.advanced(by: .nanoseconds(Int64(clamping: delay)))
    return Int64(bitPattern: timers.insert(Timer(owner: owner, action: action), at: time).bits)
  }

  /// Takes a timer back; false if it has run, or is not that owner's.
  func cancelTimer(_ id: Int64, owner: ObjectIdentifier) -> Bool {
    let handle = TimerHeap<Timer>.Handle(bits: UInt64(bitPattern: id))
    guard timers[handle]?.owner == owner else { return false }
    return timers.remove(handle) != nil
  }

  /// Takes back what an owner still has: how many watches and timers that were.
  func removeAll(of owner: ObjectIdentifier) -> (watches: Int, timers: Int) {
    var count = 0
    for place in watches.indices where watches[place].owner == owner {
      guard watches[place].handler != nil else { continue }
      count += 1
      let id = UInt64(watches[place].generation) << 32 | UInt64(place)
      _ = unwatch(Int64(bitPattern: id), owner: owner)
    }
    return (count, timers.removeAll { $0.owner == owner })
  }

  private func place(of id: Int64) -> Int? {
    let place = Int(UInt64(bitPattern: id) & 0xFFFF_FFFF)
    guard watches.indices.contains(place), watches[place].handler != nil,
      watches[place].generation == UInt32(truncatingIfNeeded: id >> 32)
    else { return nil }
    return place
  }
}

/// The errno of a system call that failed.
struct SystemFailure: Error {
  let number: Int32

  /// Whether the system has no room: nobody's fault here.
  var hasNoRoom: Bool { number == ENOSPC || number == ENOMEM }
}
