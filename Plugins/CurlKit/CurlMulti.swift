internal import CCurl
package import DriverKit
internal import Glibc

/// Many transfers at once on the host's loop, sharing their connections.
///
/// The corresponding C type is `CURLM`, driven by `curl_multi_socket_action`.
@safe
package final class CurlMulti {
  private let handle: UnsafeMutableRawPointer
  private let loop: Loop
  private let sockets: CurlSockets
  private let clock: CurlClock
  private var active: [ObjectIdentifier: CurlTransfer] = [:]
  /// Whether libcurl is being called, so that a start in between only has to be noted.
  private var isRunning = false

  /// A multi without transfers.
  ///
  /// - Parameters:
  ///   - loop: The loop that it lives on.
  ///   - connections: How many connections are kept open, idle ones included.
  /// - Throws: `CURLE_FAILED_INIT` where there is no memory.
  package init(_ loop: Loop, connections: Int) throws(CurlError) {
    guard let handle = unsafe curl_multi_init() else { throw CurlError(CURLE_FAILED_INIT) }
    unsafe self.handle = unsafe handle
    self.loop = loop
    sockets = CurlSockets(loop)
    clock = CurlClock(loop)
    unsafe sockets.setUp(multi: unsafe handle)
    unsafe clock.setUp(multi: unsafe handle)
    // libcurl's own default is four times the transfers under way, which closes connections after
    // each burst.
    unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections)
    sockets.onEvents = { [unowned self] in run($0, $1) }
    clock.onTime = { [unowned self] in run(CURL_SOCKET_TIMEOUT, 0) }
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
    transfer.forgetError()
    let code = unsafe curl_multi_add_handle(handle, transfer.easy.handle)
    guard code == CURLM_OK else { throw CurlError(multi: code) }
    transfer.isActive = true
    active[ObjectIdentifier(transfer)] = transfer
    settle()
  }

  /// Ends a transfer before its time; its connection is closed if it was in use.
  ///
  /// `finished` is not called. The corresponding C function is `curl_multi_remove_handle`.
  package func stop(_ transfer: CurlTransfer) {
    guard transfer.isActive else { return }
    transfer.isActive = false
    active[ObjectIdentifier(transfer)] = nil
    unsafe curl_multi_remove_handle(handle, transfer.easy.handle)
  }

  /// Brings the bytes again that a handler has paused.
  ///
  /// The corresponding C function is `curl_easy_pause`.
  package func resume(_ transfer: CurlTransfer) {
    guard transfer.isActive else { return }
    isRunning = true
    unsafe curl_easy_pause(transfer.easy.handle, CURLPAUSE_CONT)
    isRunning = false
    // What has come meanwhile is asked for now: no event tells of it.
    run(CURL_SOCKET_TIMEOUT, 0)
  }

  // MARK: - Running

  private func run(_ socket: Int32, _ events: Int32) {
    isRunning = true
    var left: Int32 = 0
    unsafe curl_multi_socket_action(handle, socket, events, &left)
    isRunning = false
    settle()
  }

  /// Tells of finished transfers, and lets libcurl run at once where it asked for that.
  private func settle() {
    if isRunning { return }
    isRunning = true
    var left: Int32 = 0
    while true {
      deliver()
      guard clock.takeDue() else { break }
      unsafe curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &left)
    }
    isRunning = false
    clock.settle()
  }

  private func deliver() {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(handle, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE,
        let easy = unsafe message.pointee.easy_handle,
        let transfer = unsafe CurlTransfer.of(unsafe easy)
      else { continue }
      // The message is gone with the handle's removal.
      let code = unsafe ccurl_result(message)
      unsafe curl_multi_remove_handle(handle, easy)
      transfer.isActive = false
      active[ObjectIdentifier(transfer)] = nil
      transfer.handler?.finished(
        code == CURLE_OK ? nil : CurlError(code, detail: transfer.errorText)
      )
    }
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
