internal import CCurl
package import CurlKit
internal import DriverKit

/// Asks a server that is not trusted for its certificates: a second handshake that checks nothing, and a
/// connection that is closed before anything is sent over it.
///
/// libcurl shows certificates only where the handshake came to its end.
package final class CertificateProbe: CurlTransferHandler {
  private let client: HTTPClient
  private let handle: RequestHandle
  private var receive: (([[String]]) -> Void)?

  /// Begins; `receive` gets the certificates later, none of them if there is no way to them.
  ///
  /// - Throws: The option that libcurl refused.
  package init(
    _ exchange: Exchange,
    _ receive: @escaping ([[String]]) -> Void
  ) throws(CurlError) {
    client = exchange.client
    self.receive = receive
    handle = try client.takeHandle()
    var request = exchange.request
    request.authentication = .none
    request.headers = RequestHeaders()
    request.body = nil
    var setting = RequestHandle.Setting()
    setting.trust = .anybody
    setting.timeout = exchange.remainingTime() ?? 0
    // Whatever the request may take, this is only a help beside what is known already.
    let connect = request.timeouts.connect
    setting.connectTimeout = connect == 0 ? 10_000 : min(connect, 10_000)
    setting.isFresh = true
    setting.isTest = true
    try handle.prepare(request, setting, pin: exchange.pin)
    // HTTP/2 would begin to talk as soon as it is connected.
    try handle.transfer.easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    handle.transfer.handler = self
    try client.multi.start(handle.transfer)
  }

  /// Takes it back: `receive` does not run.
  package func stop() {
    receive = nil
    // The handle is for nobody else, since it is set to trust anybody.
    client.multi.stop(handle.transfer)
    handle.transfer.handler = nil
  }

  package func mayBeSent(again: Bool, to address: String) -> Bool { false }

  package func received(headerLine line: Span<UInt8>) -> Bool { false }

  package func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking { .refused }

  package func finished(_ error: CurlError?) {
    let receive = self.receive
    let certificates = handle.transfer.easy.certificates()
    stop()
    receive?(certificates)
  }
}
