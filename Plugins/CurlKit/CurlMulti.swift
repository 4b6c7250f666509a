internal import CCurl
package import DriverKit
internal import Glibc

/// Many transfers at once on the host's loop, sharing their connections.
///
/// The corresponding C type is `CURLM`, driven by `curl_multi_socket_action`.
@safe
package final class CurlMulti {
  /// A transfer that must end, whatever libcurl would make of it.
  private struct Doom {
    var transfer: CurlTransfer
    var error: CurlError
  }

  /// How many transfers begin at once: more would hold the loop up for milliseconds.
  private static let burst = 128

  // Another one only after libcurl has given the first one up.
  private(set) var handle: UnsafeMutableRawPointer
  private let connections: Int
  private let sockets: CurlSockets
  private let clock: CurlClock
  private var active: [ObjectIdentifier: CurlTransfer] = [:]
  /// Transfers that are still to be ended: outside of libcurl, which may be in the middle of one.
  private var doomed: [Doom] = []
  /// Sockets that nobody watches, whose transfers have to hear of it.
  private var lost: [Int32] = []
  /// Whether libcurl is being called, so that a start in between only has to be noted.
  private var isRunning = false
  /// Whether libcurl is in the middle of something, and what is called is called by it.
  package private(set) var isInside = false
  /// How many transfers have begun since libcurl was last called.
  private var begun = 0
  private var lastRun = monotonicNanoseconds()
  /// When libcurl was last called, and with it whoever receives: what the clock says then is asked once.
  package var time: UInt64 { lastRun }

  /// A multi without transfers.
  ///
  /// - Parameters:
  ///   - loop: The loop that it lives on.
  ///   - connections: How many connections are kept open, idle ones included.
  /// - Throws: `CURLE_FAILED_INIT` where there is no memory.
  package init(_ loop: Loop, connections: Int) throws(CurlError) {
    guard let handle = unsafe curl_multi_init() else { throw CurlError(CURLE_FAILED_INIT) }
    unsafe self.handle = unsafe handle
    self.connections = connections
    sockets = CurlSockets(loop)
    clock = CurlClock(loop)
    setUp()
    sockets.onEvents = { [unowned self] in run($0, $1) }
    clock.onTime = { [unowned self] in run(CURL_SOCKET_TIMEOUT, 0) }
  }

  private func setUp() {
    unsafe sockets.setUp(multi: unsafe handle)
    unsafe clock.setUp(multi: unsafe handle)
    // libcurl's own default is four times the transfers under way, which closes connections after
    // each burst.
    unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections)
    // How many share a connection of HTTP/2 is the server's to say, and not less.
    unsafe ccurl_multi_set_long(handle, CURLMOPT_MAX_CONCURRENT_STREAMS, 10_000)
  }

  deinit {
    for transfer in active.values { unsafe curl_multi_remove_handle(handle, transfer.easy.handle) }
    active.removeAll()
    // This closes the connections, through `sockets`.
    unsafe curl_multi_cleanup(handle)
  }

  /// A transfer that is not under way, for one request after another.
  package func makeTransfer() throws(CurlError) -> CurlTransfer {
    try CurlTransfer(sockets)
  }

  /// Starts a transfer, whose handler is set.
  ///
  /// The corresponding C function is `curl_multi_add_handle`.
  package func start(_ transfer: CurlTransfer) throws(CurlError) {
    transfer.forget()
    var code = unsafe curl_multi_add_handle(handle, transfer.easy.handle)
    if code == CURLM_ABORTED_BY_CALLBACK {
      beginAnew(CurlError(multi: code))
      code = unsafe curl_multi_add_handle(handle, transfer.easy.handle)
    }
    guard code == CURLM_OK else { throw CurlError(multi: code) }
    transfer.isActive = true
    active[ObjectIdentifier(transfer)] = transfer
    begun += 1
    // Others are on their way, and more may begin in this turn of the loop: they are all sent at its end,
    // one right behind the other. libcurl's code then stays in the processor's cache, and their server is
    // not woken for each.
    if active.count > 1, begun < CurlMulti.burst, !isRunning { clock.settle() } else { settle() }
  }

  /// Ends a transfer before its time; its connection is closed if it was in use.
  ///
  /// `finished` is not called. The corresponding C function is `curl_multi_remove_handle`.
  package func stop(_ transfer: CurlTransfer) {
    guard transfer.isActive else { return }
    transfer.isWorn = true
    if isInside {
      // libcurl is in the middle of it, or of another one, and lets go of none.
      doom(transfer, CurlError(CURLE_ABORTED_BY_CALLBACK))
      return
    }
    remove(transfer)
    // Taking one away may be what makes libcurl want to run for another one.
    if !isRunning { clock.settle() }
  }

  /// Brings the bytes again that a handler has paused, or asks it for more.
  ///
  /// A handler that refuses them then ends the transfer, and is told so before this returns. The
  /// corresponding C function is `curl_easy_pause`.
  package func resume(_ transfer: CurlTransfer, _ direction: CurlTransfer.Direction) {
    guard transfer.isActive else { return }
    transfer.paused &= ~(direction == .receiving ? CURLPAUSE_RECV : CURLPAUSE_SEND)
    let wasRunning = isRunning
    isRunning = true
    lastRun = monotonicNanoseconds()
    let wasInside = isInside
    isInside = true
    let code = unsafe curl_easy_pause(transfer.easy.handle, transfer.paused)
    isInside = wasInside
    isRunning = wasRunning
    if code != CURLE_OK {
      // libcurl itself does nothing further about it.
      doom(transfer, CurlError(code, detail: transfer.errorText))
      settle()
    } else if !isRunning {
      // What has come meanwhile is asked for now: no event tells of it.
      run(CURL_SOCKET_TIMEOUT, 0)
    }
  }

  // MARK: - Running

  private func run(_ socket: Int32, _ events: Int32) {
    isRunning = true
    act(socket, events)
    isRunning = false
    settle()
  }

  /// Tells of finished transfers, and lets libcurl run at once where it asked for that.
  ///
  /// Once only: from a fast server there is always more, and everybody else on the loop waits. The
  /// rest comes with the loop's next turn.
  private func settle() {
    if isRunning { return }
    isRunning = true
    deliver()
    if clock.takeDue() {
      act(CURL_SOCKET_TIMEOUT, 0)
      deliver()
    }
    isRunning = false
    clock.settle()
  }

  private func act(_ socket: Int32, _ events: Int32) {
    begun = 0
    var left: Int32 = 0
    lastRun = monotonicNanoseconds()
    isInside = true
    let code = unsafe curl_multi_socket_action(handle, socket, events, &left)
    isInside = false
    if code != CURLM_OK { beginAnew(CurlError(multi: code)) }
  }

  private func deliver() {
    var left: Int32 = 0
    while true {
      if let message = unsafe curl_multi_info_read(handle, &left) {
        guard unsafe message.pointee.msg == CURLMSG_DONE,
          let easy = unsafe message.pointee.easy_handle,
          let transfer = unsafe CurlTransfer.of(unsafe easy)
        else { continue }
        // The message is gone with the handle's removal.
        let code = unsafe ccurl_result(message)
        finish(
          transfer,
          code == CURLE_OK
            ? nil
            : CurlError(code, detail: transfer.errorText, systemNumber: transfer.openError)
        )
      } else if let doom = doomed.popLast() {
        finish(doom.transfer, doom.error)
      } else if let failure = sockets.takeFailure() {
        if let transfer = failure.transfer { doom(transfer, CurlError(failure.error)) }
        lost.append(failure.descriptor)
      } else if let socket = lost.popLast() {
        // Others may share the connection, and would wait for it in vain.
        if sockets.isLost(socket) { act(socket, CURL_CSELECT_ERR) }
      } else {
        break
      }
    }
  }

  private func finish(_ transfer: CurlTransfer, _ error: CurlError?) {
    if error != nil { transfer.isWorn = true }
    remove(transfer)
    transfer.handler?.finished(error)
  }

  private func remove(_ transfer: CurlTransfer) {
    unsafe curl_multi_remove_handle(handle, transfer.easy.handle)
    transfer.isActive = false
    active[ObjectIdentifier(transfer)] = nil
    if !doomed.isEmpty { doomed.removeAll { $0.transfer === transfer } }
  }

  private func doom(_ transfer: CurlTransfer, _ error: CurlError) {
    if transfer.isActive { doomed.append(Doom(transfer: transfer, error: error)) }
  }

  /// Ends all transfers with an error, and goes on with another multi.
  ///
  /// libcurl gives a whole multi up when a callback fails, which none of ours does, or when there is no
  /// memory for its own tables.
  private func beginAnew(_ error: CurlError) {
    for transfer in active.values {
      unsafe curl_multi_remove_handle(handle, transfer.easy.handle)
      doom(transfer, error)
    }
    // Without memory for another one the old one stays: without transfers it works again.
    guard let fresh = unsafe curl_multi_init() else { return }
    unsafe curl_multi_cleanup(handle)
    unsafe handle = unsafe fresh
    setUp()
  }
}

extension CurlError {
  /// The corresponding C type is `CURLMcode`.
  fileprivate init(multi code: CURLMcode) {
    let text =
      unsafe curl_multi_strerror(code).map { unsafe String(cString: $0) }
      ?? "CURLM \(code.rawValue)"
    self.init(code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT, detail: text)
  }
}
