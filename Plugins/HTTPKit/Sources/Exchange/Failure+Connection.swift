internal import CCurl
internal import CurlKit
internal import DriverKit

/// Connections that were not made.
extension Exchange {
  func noConnection(_ cause: CurlError) -> Explanation {
    if let target { client.names.forget(target.host) }
    let number = Int32(clamping: handle?.transfer.easy.number(CURLINFO_OS_ERRNO) ?? 0)
    var explanation =
      if let refusal = cause.cause {
        SocketFailure.explanation(unwatched: refusal, server: peer)
      } else {
        // Where there was no socket at all, libcurl does not know why.
        SocketFailure.explanation(
          cause.systemNumber == 0 ? number : cause.systemNumber,
          server: peer
        )
      }
    explanation.pointer = route?.proxy == nil ? pointer : "/network/proxy/url"
    explanation.stage = .connect
    return explanation
  }

  /// A proxy has taken the connection, and leads nowhere by it.
  func proxyFailure(_ cause: CurlError) -> Explanation {
    let status = handle?.transfer.easy.number(CURLINFO_HTTP_CONNECTCODE) ?? 0
    let socksError = handle?.transfer.easy.number(CURLINFO_PROXY_ERROR) ?? 0
    let isRefused = [
      CURLPX_USER_REJECTED, CURLPX_NO_AUTH, CURLPX_BAD_VERSION, CURLPX_IDENTD_DIFFER,
    ]
    .contains { Int($0.rawValue) == socksError }
    var explanation: Explanation
    if status == 407 || isRefused {
      explanation = Explanation(
        .unauthenticated,
        "\(peer) does not accept who asks",
        cure: "check network.proxy.username, password and authentication_method",
        pointer: "/network/proxy"
      )
    } else {
      let answer = status > 0 ? " (it answered \(StatusError.name(status)))" : ""
      explanation = Explanation(
        status == 403 ? .forbidden : .unavailable,
        "\(peer) does not lead to \(server)\(answer)",
        cure: "check that it may, and that the server can be reached from there",
        pointer: "/network/proxy",
        isRetryable: status != 403
      )
    }
    explanation.stage = .connect
    return explanation
  }
}
