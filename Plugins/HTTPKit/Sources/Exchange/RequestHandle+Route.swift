internal import CCurl
internal import CurlKit

/// Options of the way to a server.
extension RequestHandle {
  /// Each of these options, whatever they were: the way of one request is not that of the next one.
  func setRoute(_ route: Route?) throws(CurlError) {
    try setProxy(route?.proxy)
    try setConnectTo(route?.connectTo)
    let easy = transfer
    try easy.easy.set(CURLOPT_UNIX_SOCKET_PATH, route.flatMap { RequestHandle.text($0.unixSocket) })
    try easy.easy.set(CURLOPT_INTERFACE, route.flatMap { RequestHandle.text($0.interface) })
    let version =
      switch route?.version ?? .any {
      case .any: CURL_HTTP_VERSION_2TLS
      case .one: CURL_HTTP_VERSION_1_1
      case .two: CURL_HTTP_VERSION_2_0
      case .twoAtOnce: CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
      }
    try easy.easy.set(CURLOPT_HTTP_VERSION, version)
  }

  private func setProxy(_ proxy: Proxy?) throws(CurlError) {
    // Empty: none, whatever the environment of the process says that happens to run the host.
    try transfer.easy.set(CURLOPT_PROXY, proxy?.url ?? "")
    try transfer.easy.set(CURLOPT_PROXYUSERNAME, proxy?.user)
    try transfer.easy.set(CURLOPT_PROXYPASSWORD, proxy?.password)
    try transfer.easy.set(CURLOPT_PROXYAUTH, RequestHandle.code(of: proxy?.method ?? .basic))
    guard let proxy, proxy.scheme == .https else { return }
    let isUnchecked = proxy.trust == .anybody
    try transfer.easy.set(CURLOPT_PROXY_SSL_VERIFYPEER, isUnchecked ? 0 : 1)
    try transfer.easy.set(CURLOPT_PROXY_SSL_VERIFYHOST, isUnchecked ? 0 : 2)
    if case .authorities(let text) = proxy.trust {
      try transfer.easy.set(CURLOPT_PROXY_CAINFO_BLOB, blob: text)
      try transfer.easy.set(CURLOPT_PROXY_CAINFO, nil)
      try transfer.easy.set(CURLOPT_PROXY_CAPATH, nil)
    } else {
      try transfer.easy.unset(CURLOPT_PROXY_CAINFO_BLOB)
      let file = SystemAuthorities.areInFolder ? nil : CurlDefaults.authorityFile
      try transfer.easy.set(CURLOPT_PROXY_CAINFO, file)
      try transfer.easy.set(CURLOPT_PROXY_CAPATH, CurlDefaults.authorityFolder)
    }
  }

  private static func code(of method: Proxy.Method) -> Int {
    switch method {
    case .basic: ccurl_auth_basic
    case .digest: ccurl_auth_digest
    case .negotiate: ccurl_auth_negotiate
    case .ntlm: ccurl_auth_ntlm
    }
  }

  private func setConnectTo(_ line: String?) throws(CurlError) {
    if line == nil, connectTo.isEmpty { return }
    var list = CurlList()
    if let line { try list.append(line) }
    try transfer.easy.set(CURLOPT_CONNECT_TO, list: list)
    // The old list is let go of when libcurl does not have it any more.
    connectTo = list
  }

  private static func text(_ text: String) -> String? { text.isEmpty ? nil : text }
}
