internal import DriverABI

/// What the values of one call share: the request as it came, and the closures that C may run.
///
/// How closures come and go is in the extensions; here is what the host lends until the call's end,
/// and that end. A call that the driver lets go of without ending it is ended here with an error that
/// says so, once no closure is left that still may end it.
@safe
final class CallState: @unchecked Sendable {
  // `@unchecked` because the request never changes, its functions may be called from any thread, and
  // the rest is guarded by `lock`.

  /// Guards all that follows it.
  let lock = SpinLock()
  private let request: dh_request_v1
  private(set) var hasEnded = false
  private var endsLater = false
  /// Whether a stop function was ever set, so that one may be running.
  var hasSetStop = false
  /// What C may run when the call is asked to stop.
  var stopFunction: Unmanaged<CallClosure>?
  /// Whether C holds this object, as the context of the stop function.
  var isHeldByC = false
  /// How many threads are about to set or take back a stop function.
  var settersOfStop = 0
  /// Whether two were at once: what C holds is then known for certain only at the end.
  var settersHaveMet = false
  /// What C may run on the loop when a channel has room or bytes.
  var readyFunctions: [UInt32: Unmanaged<ReadyFunction>] = unsafe [:]
  /// The session that `open` has made; it is the host's only if the call ends well.
  private var openedSession: (held: Unmanaged<AnyObject>, loop: Loop?)?

  init(_ request: dh_request_v1) {
    unsafe self.request = unsafe request
  }

  deinit {
    if hasEnded { return }
    let error = DriverError(
      .internal,
      "the driver let go of the call without ending it; report this to the driver's vendor"
    )
    _ = tellEnd(error)
    releaseSession()
  }

  var call: dh_call_v1 { unsafe request.call }
  var functions: UnsafePointer<dh_calls_v1> { unsafe request.call.fn }
  var deadline: Int64 { unsafe request.deadline_ns }
  var attempt: UInt32 { unsafe request.attempt }
  /// The session's address; nil if the call has none.
  var session: UnsafeMutableRawPointer? { unsafe request.session }

  // MARK: - What the host lends until the end

  /// A copy of one of the request's texts; empty once the call has ended.
  func text(_ text: (dh_request_v1) -> dh_text_v1) -> String {
    // Under the lock, which the end takes too: the host keeps the bytes until that has gone through.
    lock.withLock { hasEnded ? "" : unsafe String(InputText(text(request))) }
  }

  /// A copy of one of the texts that the caller tells about the call; empty where there is none, and once the call has
  /// ended.
  func context(_ name: StaticString) -> String {
    lock.withLock {
      if hasEnded { return "" }
      let root = unsafe request.context.pointee
      guard unsafe root.kind == DH_MAP else { return "" }
      let map = unsafe InputMap(
        UnsafeBufferPointer(start: root.as.members, count: root.count),
        path: .root
      )
      guard let value = map[name], let text = try? value.string() else { return "" }
      return text
    }
  }

  /// The inputs' members, in the host's memory; none once the call has ended.
  var inputs: UnsafeBufferPointer<dh_member_v1> {
    unsafe lock.withLock {
      if hasEnded { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
      let root = unsafe request.inputs.pointee
      guard unsafe root.kind == DH_MAP else {
        return unsafe UnsafeBufferPointer(start: nil, count: 0)
      }
      return unsafe UnsafeBufferPointer(start: root.as.members, count: root.count)
    }
  }

  // MARK: - The session

  /// Hands a session to the host, which keeps it alive until its `close`.
  ///
  /// - Parameters:
  ///   - session: What `open` has made.
  ///   - loop: Where alone it may be freed; nil: anywhere.
  /// - Throws: `.cancelled` when the call has ended or was given up; the session is let go of then.
  func open(_ session: some AnyObject, on loop: Loop?) throws(DriverError) {
    let held = unsafe Unmanaged<AnyObject>.passRetained(session)
    let isOver = lock.withLock {
      if hasEnded { return true }
      unsafe openedSession = unsafe (held, loop)
      return false
    }
    if isOver {
      unsafe held.release()
      throw DriverError(status: DH_GONE, of: "opened")
    }
    let status = unsafe functions.pointee.opened(call, held.toOpaque())
    if status >= 0 { return }
    releaseSession()
    throw DriverError(status: status, of: "opened")
  }

  /// Lets go of the session that `open` has made and the host does not have.
  private func releaseSession() {
    let session = unsafe lock.withLock {
      defer { unsafe openedSession = nil }
      return unsafe openedSession
    }
    guard let session = unsafe session else { return }
    if let loop = unsafe session.loop {
      unsafe loop.release(session.held)
    } else {
      unsafe session.held.release()
    }
  }

  // MARK: - The end

  /// Ends the call, and lets go of the closures; false if it had ended already.
  ///
  /// The first one wins, such as a stop function's over the error that `run` throws for the same stop;
  /// the host hears of no second one.
  func end(_ error: DriverError?) -> Bool {
    let isFirst = lock.withLock {
      defer { hasEnded = true }
      return !hasEnded
    }
    guard isFirst else { return false }
    let isTaken = tellEnd(error)
    // Only now is it certain that C calls the stop function no more.
    let (stop, ready, wasHeldByC) = unsafe lock.withLock {
      defer {
        unsafe stopFunction = nil
        unsafe readyFunctions = [:]
        isHeldByC = false
      }
      return unsafe (stopFunction, readyFunctions, isHeldByC)
    }
    if let stop = unsafe stop { unsafe CallClosure.release(stop) }
    // On their loop, where one may be running now if this is another thread.
    unsafe ready.values.forEach { function in unsafe CallClosure.release(function) }
    if error != nil || !isTaken { releaseSession() }
    // The caller holds this object too, so it is not gone yet.
    if wasHeldByC { unsafe Unmanaged.passUnretained(self).release() }
    return isTaken
  }

  /// The host's `done`; false if the call was given up.
  private func tellEnd(_ error: DriverError?) -> Bool {
    guard let error else { return unsafe functions.pointee.done(call, nil) == DH_OK }
    return unsafe error.withABI { unsafe functions.pointee.done(call, $0) == DH_OK }
  }

  /// The call goes on after a blocking driver's `run` has returned.
  func setEndsLater() { lock.withLock { endsLater = true } }

  /// Whether a blocking driver's `run` has left anything to end.
  var mustEnd: Bool { lock.withLock { !hasEnded && !endsLater } }
}
