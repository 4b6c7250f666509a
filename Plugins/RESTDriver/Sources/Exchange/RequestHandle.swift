internal import CCurl
internal import CurlKit
internal import DriverKit

/// A handle of libcurl with what it was last set to, so that the next request sets the difference only.
final class RequestHandle {
  /// What hardly ever changes between requests.
  private struct Settings: Equatable {
    var tls: RESTInputs.TLS
    var allowsCompression: Bool
    var isTest: Bool
    var connectTimeout: Int
  }

  /// The kinds of request that libcurl tells apart.
  private enum Shape: Equatable {
    case get, head, post
    /// Another method, with a body or without.
    case custom(String, hasBody: Bool)
  }

  let transfer: CurlTransfer
  /// The head of the newest answer.
  var head = AnswerHead()
  /// The answer's body, decoded.
  var body = ByteBuffer()

  private let userAgent: String
  private var settings: Settings?
  private var shape = Shape.get
  private var authentication = RESTInputs.Authentication.none
  private var totalTimeout = 0
  private var headers = CurlList()
  private var resolve = CurlList()

  init(_ multi: CurlMulti, userAgent: String) throws(CurlError) {
    self.userAgent = userAgent
    transfer = try multi.makeTransfer()
    try setUp()
  }

  private func setUp() throws(CurlError) {
    try transfer.easy.set(CURLOPT_USERAGENT, userAgent)
    try transfer.easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    // Proxies are an input, not the environment of the process that happens to run the host.
    try transfer.easy.set(CURLOPT_PROXY, "")
    try transfer.easy.set(CURLOPT_TCP_KEEPALIVE, 1)
    // The path is as it is to be: what is requested is what the outputs show.
    try transfer.easy.set(CURLOPT_PATH_AS_IS, 1)
  }

  /// Sets everything that a request needs.
  ///
  /// - Parameters:
  ///   - inputs: The request.
  ///   - timeout: How long it may take, in milliseconds; 0: no limit.
  ///   - connectTimeout: How long connecting may take, in milliseconds; 0: no limit.
  ///   - isTest: Whether it is to go over a connection of its own, and to show certificates.
  ///   - pin: A line for CURLOPT_RESOLVE.
  /// - Throws: The option that libcurl refused.
  func prepare(
    _ inputs: RESTInputs,
    timeout: Int,
    connectTimeout: Int,
    isTest: Bool,
    pin: String?
  ) throws(CurlError) {
    head.clear()
    body.clear(keeping: 64 << 10)
    let wanted = Settings(
      tls: inputs.tls,
      allowsCompression: inputs.allowsCompression,
      isTest: isTest,
      connectTimeout: connectTimeout
    )
    if settings != wanted {
      if settings != nil { try reset() }
      try apply(wanted)
    }
    if totalTimeout != timeout {
      try transfer.easy.set(CURLOPT_TIMEOUT_MS, timeout)
      totalTimeout = timeout
    }
    try transfer.easy.set(CURLOPT_URL, inputs.url.text)
    try setMethod(inputs)
    try setAuthentication(inputs.authentication)
    try setHeaders(inputs)
    try setPin(pin)
  }

  /// Lets go of what belongs to one request: its body and its credentials.
  func clean() throws(CurlError) {
    if shape != .get, shape != .head {
      // In this order: the body makes it a post, and only then the method makes it a get again.
      try transfer.easy.unset(CURLOPT_POSTFIELDS)
      try transfer.easy.set(CURLOPT_HTTPGET, 1)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
      shape = .get
    }
    try setAuthentication(.none)
    if !headers.isEmpty {
      try transfer.easy.unset(CURLOPT_HTTPHEADER)
      headers = CurlList()
    }
  }

  private func reset() throws(CurlError) {
    try transfer.reset()
    shape = .get
    authentication = .none
    totalTimeout = 0
    headers = CurlList()
    resolve = CurlList()
    settings = nil
    try setUp()
  }

  private func apply(_ wanted: Settings) throws(CurlError) {
    let tls = wanted.tls
    if !tls.verifies {
      try transfer.easy.set(CURLOPT_SSL_VERIFYPEER, 0)
      try transfer.easy.set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    if tls.authorities.isEmpty, tls.authorityFile.isEmpty {
      // libcurl would read the system's bundle for each connection, some ten milliseconds each. The
      // folder holds the same, and is looked into for the one authority that a server names.
      if SystemAuthorities.areInFolder { try transfer.easy.set(CURLOPT_CAINFO, nil) }
    } else if !tls.authorities.isEmpty {
      try transfer.easy.set(CURLOPT_CAINFO_BLOB, blob: Array(tls.authorities.utf8))
      try transfer.easy.set(CURLOPT_CAPATH, nil)
    } else {
      try transfer.easy.set(CURLOPT_CAINFO, tls.authorityFile)
      try transfer.easy.set(CURLOPT_CAPATH, nil)
    }
    // The empty text means all encodings that libcurl knows.
    if wanted.allowsCompression { try transfer.easy.set(CURLOPT_ACCEPT_ENCODING, "") }
    if wanted.isTest {
      try transfer.easy.set(CURLOPT_CERTINFO, 1)
      try transfer.easy.set(CURLOPT_FRESH_CONNECT, 1)
      try transfer.easy.set(CURLOPT_FORBID_REUSE, 1)
    }
    // 0 would be libcurl's own default of 300 seconds; the greatest value stands for no limit.
    try transfer.easy.set(
      CURLOPT_CONNECTTIMEOUT_MS,
      wanted.connectTimeout == 0 ? 2_000_000_000 : wanted.connectTimeout
    )
    settings = wanted
  }

  private func setMethod(_ inputs: RESTInputs) throws(CurlError) {
    let wanted: Shape =
      switch (inputs.method, inputs.body != nil) {
      case ("GET", false): .get
      case ("HEAD", false): .head
      case ("POST", _): .post
      case (let method, let hasBody): .custom(method, hasBody: hasBody || sendsLength(method))
      }
    if let body = inputs.body {
      try transfer.easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: Int64(body.count))
      unsafe try transfer.easy.set(CURLOPT_POSTFIELDS, pointer: body.bytes.baseAddress)
    }
    if wanted == shape, inputs.body != nil || wanted == .get || wanted == .head { return }
    switch wanted {
    case .get:
      try transfer.easy.set(CURLOPT_HTTPGET, 1)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
    case .head:
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
      try transfer.easy.set(CURLOPT_NOBODY, 1)
    case .post:
      try setPost(inputs)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
    case .custom(let method, let hasBody):
      if hasBody { try setPost(inputs) } else { try transfer.easy.set(CURLOPT_HTTPGET, 1) }
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, method)
    }
    shape = wanted
  }

  private func setPost(_ inputs: RESTInputs) throws(CurlError) {
    try transfer.easy.set(CURLOPT_POST, 1)
    if inputs.body == nil {
      try transfer.easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: 0)
      try transfer.easy.set(CURLOPT_COPYPOSTFIELDS, "")
    }
  }

  /// Whether a request of the method says that its body is empty (RFC 9110, section 8.6).
  private func sendsLength(_ method: String) -> Bool { method == "PUT" || method == "PATCH" }

  private func setAuthentication(
    _ wanted: RESTInputs.Authentication
  ) throws(CurlError) {
    if wanted == authentication { return }
    switch wanted {
    case .none:
      try transfer.easy.set(CURLOPT_USERNAME, nil)
      try transfer.easy.set(CURLOPT_PASSWORD, nil)
      try transfer.easy.set(CURLOPT_XOAUTH2_BEARER, nil)
    case .basic(let user, let password):
      try transfer.easy.set(CURLOPT_XOAUTH2_BEARER, nil)
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_basic)
      try transfer.easy.set(CURLOPT_USERNAME, user)
      try transfer.easy.set(CURLOPT_PASSWORD, password)
    case .bearer(let token):
      try transfer.easy.set(CURLOPT_USERNAME, nil)
      try transfer.easy.set(CURLOPT_PASSWORD, nil)
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_bearer)
      try transfer.easy.set(CURLOPT_XOAUTH2_BEARER, token)
    }
    authentication = wanted
  }

  private func setHeaders(_ inputs: RESTInputs) throws(CurlError) {
    var list = CurlList()
    for line in inputs.headers.lines { try list.append(line.text) }
    if !inputs.headers.hasContentType {
      if let body = inputs.body {
        try list.append("Content-Type: \(body.contentType)")
      } else if case .post = shape {
        // libcurl would call the empty body a form.
        try list.append("Content-Type:")
      } else if case .custom(_, hasBody: true) = shape {
        try list.append("Content-Type:")
      }
    }
    // Above that size libcurl asks first, and waits a second for servers that do not know the question.
    if let body = inputs.body, body.count >= 1 << 20, !inputs.headers.hasExpect {
      try list.append("Expect:")
    }
    if list.isEmpty && headers.isEmpty { return }
    // The old list is let go of when libcurl does not have it any more.
    try transfer.easy.set(CURLOPT_HTTPHEADER, list: list)
    headers = list
  }

  private func setPin(_ pin: String?) throws(CurlError) {
    if pin == nil, resolve.isEmpty { return }
    var list = CurlList()
    if let pin { try list.append(pin) }
    try transfer.easy.set(CURLOPT_RESOLVE, list: list)
    resolve = list
  }
}
