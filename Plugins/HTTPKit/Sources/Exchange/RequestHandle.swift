internal import CCurl
package import CurlKit
internal import DriverKit

/// A handle of libcurl with what it was last set to, so that the next request sets the difference only.
package final class RequestHandle {
  /// What a request is set to beside its inputs.
  package struct Setting: Equatable {
    /// What the server's certificate is checked against.
    ///
    /// Nil: there is none.
    package var trust: Trust?
    /// Whether TLS 1.2 is too old.
    package var wantsTLS3 = false
    /// Which public keys a server may have, as libcurl takes them; empty: any.
    package var pinnedKeys = ""
    /// How long it may take, in milliseconds; 0: no limit.
    package var timeout = 0
    /// How long connecting may take, in milliseconds; 0: no limit.
    package var connectTimeout = 0
    /// The value of Accept-Encoding; empty: all that libcurl can undo.
    ///
    /// What comes is undone whatever was asked for.
    package var encodings = ""
    /// Whether it goes over a connection of its own.
    package var isFresh = false
    /// Whether that connection is for nobody afterwards, and its certificates are wanted.
    package var isTest = false
    /// Whether its bodies may be large, so that libcurl takes more of them at once.
    package var isStreamed = false
    /// Whether it waits for another one's handshake, to share its connection where the server speaks HTTP/2.
    var mayShare = false
    /// Whether its connection stands for its user, and is for no other request.
    var isOwn = false
    /// How the server is reached; nil: straight.
    var route: Route?
    /// Below which it ends; nil: any speed will do.
    var lowSpeed: HTTPRequest.LowSpeed?

    /// Whether the connection stays open for others.
    fileprivate var isKept: Bool { !isTest && !isOwn && route?.keepsConnections != false }

    /// As CURLOPT_SSLVERSION takes it; 0: libcurl's own.
    fileprivate var oldestTLS: Int {
      guard trust != nil else { return 0 }
      // A limit that is none tells connections of HTTP/1.1 apart from those of others, which libcurl would mix.
      let isOld = route?.version == .one
      return (wantsTLS3 ? ccurl_tls_1_3 : ccurl_tls_1_2) | (isOld ? ccurl_tls_max_1_3 : 0)
    }
  }

  /// What libcurl sets a new handle to; no request connects for ever.
  private static var initial: Setting {
    var setting = Setting()
    setting.connectTimeout = -1
    return setting
  }

  /// The kinds of request that libcurl tells apart.
  private enum Shape: Equatable {
    case get, head, post
    /// Another method, with a body or without.
    case custom(String, hasBody: Bool)
    /// A body of several parts, with any method.
    case multipart(String)
  }

  package let transfer: CurlTransfer
  /// The head of the newest answer.
  package var head = AnswerHead()
  /// The answer's body, decoded.
  package var body = ByteBuffer()
  /// Whether it is set to what is known of it, so that it may serve another request.
  package private(set) var isSound = true
  /// Whether another request may have it: libcurl goes on looking at cookies once it has begun to.
  var mayServeOthers: Bool { isSound && cookies == nil }

  private var setting: Setting?
  private var shape = Shape.get
  var authentication = Authentication.none
  /// What a request has that has headers of its own.
  private var headers = CurlList()
  private let standing: StandingHeaders
  /// The encodings of the standing headers that it is set to; nil: it is set to others.
  private var standingEncodings: String?
  private var resolve = CurlList()
  var connectTo = CurlList()
  private var mime: CurlMime?
  /// Whether libcurl has been given a body, whatever its method is by now.
  private var hasBody = false
  /// Nil: none are kept.
  private var cookies: CurlCookieShare?

  package init(_ multi: CurlMulti, _ standing: StandingHeaders) throws(CurlError) {
    self.standing = standing
    transfer = try multi.makeTransfer()
    try transfer.easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    try transfer.easy.set(CURLOPT_TCP_KEEPALIVE, 1)
    // The path is as it is to be: what is requested is what the outputs show.
    try transfer.easy.set(CURLOPT_PATH_AS_IS, 1)
    // What a proxy says before it is through is nothing of the server's.
    try transfer.easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // Not the one of the environment of the process that happens to run the host.
    try transfer.easy.set(CURLOPT_PROXY, "")
    // Longer than `NameCache` takes an address for current, so that libcurl never looks one up itself.
    try transfer.easy.set(CURLOPT_DNS_CACHE_TIMEOUT, 300)
  }

  /// Sets everything that a request needs.
  ///
  /// After an error the handle must not be used again: what it is set to is not known.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - wanted: What it is set to beside them.
  ///   - pin: A line for CURLOPT_RESOLVE.
  ///   - token: What authenticates it, where that was asked for first.
  ///   - cookies: Those that it takes along and adds to; nil: none.
  /// - Throws: The option that libcurl refused.
  package func prepare(
    _ request: HTTPRequest,
    _ wanted: Setting,
    pin: String?,
    token: String? = nil,
    cookies: CurlCookieShare? = nil
  ) throws(CurlError) {
    isSound = false
    head.clear()
    body.clear(keeping: 64 << 10)
    if setting != wanted {
      try apply(wanted)
      setting = wanted
    }
    try transfer.easy.set(CURLOPT_URL, request.requestedURL)
    try setMethod(request)
    try setAuthentication(token.map { .bearer(token: $0) } ?? request.authentication)
    try setHeaders(request, wanted.encodings)
    try setPin(pin)
    if let cookies { try setCookies(cookies) }
    isSound = true
  }

  /// Lets go of what belongs to one request: where it went, what was sent with it, and its answer.
  package func clean() throws(CurlError) {
    head.clear()
    body.clear(keeping: 64 << 10)
    transfer.forget()
    try transfer.easy.set(CURLOPT_URL, nil)
    if hasBody {
      try transfer.easy.unset(CURLOPT_POSTFIELDS)
      try transfer.easy.unset(CURLOPT_MIMEPOST)
      mime = nil
      hasBody = false
    }
    if shape != .get, shape != .head {
      // In this order: the body makes it a post, and only then the method makes it a get again.
      try transfer.easy.set(CURLOPT_HTTPGET, 1)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
      shape = .get
    }
    try setAuthentication(.none)
    if !headers.isEmpty {
      try transfer.easy.unset(CURLOPT_HTTPHEADER)
      headers = CurlList()
      standingEncodings = nil
    }
    if !resolve.isEmpty {
      try transfer.easy.unset(CURLOPT_RESOLVE)
      resolve = CurlList()
    }
  }

  /// Sets what differs from what it is set to already.
  private func apply(_ wanted: Setting) throws(CurlError) {
    let easy = transfer
    let old = setting ?? RequestHandle.initial
    if old.trust != wanted.trust, let trust = wanted.trust { try setTrust(trust) }
    if old.route != wanted.route { try setRoute(wanted.route) }
    if old.oldestTLS != wanted.oldestTLS { try easy.easy.set(CURLOPT_SSLVERSION, wanted.oldestTLS) }
    if old.lowSpeed != wanted.lowSpeed {
      try easy.easy.set(CURLOPT_LOW_SPEED_LIMIT, wanted.lowSpeed?.bytesPerSecond ?? 0)
      try easy.easy.set(CURLOPT_LOW_SPEED_TIME, wanted.lowSpeed?.seconds ?? 0)
    }
    if old.pinnedKeys != wanted.pinnedKeys {
      let keys = wanted.pinnedKeys.isEmpty ? nil : wanted.pinnedKeys
      try easy.easy.set(CURLOPT_PINNEDPUBLICKEY, keys)
    }
    if old.timeout != wanted.timeout { try easy.easy.set(CURLOPT_TIMEOUT_MS, wanted.timeout) }
    if old.connectTimeout != wanted.connectTimeout {
      // 0 would be libcurl's own default of 300 seconds; the greatest value stands for no limit.
      let limit = wanted.connectTimeout == 0 ? 2_000_000_000 : wanted.connectTimeout
      try easy.easy.set(CURLOPT_CONNECTTIMEOUT_MS, limit)
    }
    if old.isStreamed != wanted.isStreamed {
      // Allocated while a transfer is under way only; 16 and 64 KiB are libcurl's own. From a fast server it
      // takes a hundred buffers before it lets go of the loop, where others wait meanwhile.
      try easy.easy.set(CURLOPT_BUFFERSIZE, wanted.isStreamed ? 32 << 10 : 16 << 10)
      try easy.easy.set(CURLOPT_UPLOAD_BUFFERSIZE, wanted.isStreamed ? 256 << 10 : 64 << 10)
    }
    if setting == nil || old.encodings != wanted.encodings {
      try easy.easy.set(CURLOPT_ACCEPT_ENCODING, wanted.encodings)
    }
    if old.mayShare != wanted.mayShare {
      try easy.easy.set(CURLOPT_PIPEWAIT, wanted.mayShare ? 1 : 0)
    }
    if old.isFresh != wanted.isFresh {
      try easy.easy.set(CURLOPT_FRESH_CONNECT, wanted.isFresh ? 1 : 0)
    }
    if old.isKept != wanted.isKept {
      try easy.easy.set(CURLOPT_FORBID_REUSE, wanted.isKept ? 0 : 1)
    }
    if old.isTest != wanted.isTest { try easy.easy.set(CURLOPT_CERTINFO, wanted.isTest ? 1 : 0) }
  }

  /// Each of these options, whatever they were: what one request was allowed, the next one is not.
  private func setTrust(_ trust: Trust) throws(CurlError) {
    try transfer.easy.set(CURLOPT_SSL_VERIFYPEER, trust == .anybody ? 0 : 1)
    try transfer.easy.set(CURLOPT_SSL_VERIFYHOST, trust == .anybody ? 0 : 2)
    if case .authorities(let text) = trust {
      // Kept connections and TLS sessions are told apart by this text.
      try transfer.easy.set(CURLOPT_CAINFO_BLOB, blob: text)
      try transfer.easy.set(CURLOPT_CAINFO, nil)
      try transfer.easy.set(CURLOPT_CAPATH, nil)
      return
    }
    try transfer.easy.unset(CURLOPT_CAINFO_BLOB)
    // libcurl would read the system's bundle for each connection, some ten milliseconds each. The
    // folder holds the same, and is looked into for the one authority that a server names.
    let file = SystemAuthorities.areInFolder ? nil : CurlDefaults.authorityFile
    try transfer.easy.set(CURLOPT_CAINFO, file)
    try transfer.easy.set(CURLOPT_CAPATH, CurlDefaults.authorityFolder)
    // Where it has to be the file, it is read again once a minute.
    try transfer.easy.set(CURLOPT_CA_CACHE_TIMEOUT, 60)
  }

  private func setMethod(_ request: HTTPRequest) throws(CurlError) {
    let wanted: Shape =
      switch (request.method, request.body != nil) {
      case ("GET", false): .get
      case ("HEAD", false): .head
      case ("POST", _): .post
      case (let method, let hasBody): .custom(method, hasBody: hasBody || sendsLength(method))
      }
    if request.body != nil { hasBody = true }
    if let parts = request.body?.parts {
      try setParts(parts, request.method)
      return
    }
    if let body = request.body {
      try transfer.easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.length ?? -1)
      // Where there is no address libcurl asks for the bytes.
      unsafe try transfer.easy.set(CURLOPT_POSTFIELDS, pointer: body.bytes.baseAddress)
    }
    if wanted == shape, request.body != nil || wanted == .get || wanted == .head { return }
    switch wanted {
    case .get:
      try transfer.easy.set(CURLOPT_HTTPGET, 1)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
    case .head:
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
      try transfer.easy.set(CURLOPT_NOBODY, 1)
    case .post:
      try setPost(request)
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, nil)
    case .multipart: break
    case .custom(let method, let hasBody):
      if hasBody { try setPost(request) } else { try transfer.easy.set(CURLOPT_HTTPGET, 1) }
      try transfer.easy.set(CURLOPT_CUSTOMREQUEST, method)
    }
    shape = wanted
  }

  private func setParts(
    _ parts: [RequestBody.Part],
    _ method: String
  ) throws(CurlError) {
    let body = try CurlMime(for: transfer)
    for part in parts {
      try body.append(
        part.name,
        part.source,
        fileName: part.fileName,
        contentType: part.contentType
      )
    }
    try body.use(for: transfer)
    try transfer.easy.set(CURLOPT_CUSTOMREQUEST, method == "POST" ? nil : method)
    // The one before is let go of when libcurl does not have it any more.
    mime = consume body
    shape = .multipart(method)
  }

  private func setPost(_ request: HTTPRequest) throws(CurlError) {
    try transfer.easy.set(CURLOPT_POST, 1)
    if request.body == nil {
      try transfer.easy.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: 0)
      try transfer.easy.set(CURLOPT_COPYPOSTFIELDS, "")
    }
  }

  /// Whether a request of the method says that its body is empty (RFC 9110, section 8.6).
  private func sendsLength(_ method: String) -> Bool { method == "PUT" || method == "PATCH" }

  private func setHeaders(_ request: HTTPRequest, _ encodings: String) throws(CurlError) {
    var list = CurlList()
    let signature = signature(request)
    let signed = Set(signature.map { $0.name.lowercased() })
    for line in request.headers.lines where !signed.contains(line.name) {
      try list.append(line.text)
    }
    for header in signature { try list.append("\(header.name): \(header.value)") }
    if !request.headers.hasContentType {
      if let body = request.body {
        // That of several parts is libcurl's, which knows what stands between them.
        if body.parts == nil { try list.append("Content-Type: \(body.contentType)") }
      } else if case .post = shape {
        // libcurl would call the empty body a form.
        try list.append("Content-Type:")
      } else if case .custom(_, hasBody: true) = shape {
        try list.append("Content-Type:")
      }
    }
    // Above that size libcurl asks first, and waits a second for servers that do not know the question.
    if let body = request.body, body.length ?? .max >= 1 << 20, !request.headers.hasExpect {
      try list.append("Expect:")
    }
    if list.isEmpty {
      if standingEncodings == encodings { return }
      try standing.set(transfer, encodings: encodings)
      standingEncodings = encodings
    } else {
      try standing.append(to: &list, beside: request.headers, encodings: encodings)
      try transfer.easy.set(CURLOPT_HTTPHEADER, list: list)
      standingEncodings = nil
    }
    // The old list is let go of when libcurl does not have it any more.
    headers = list
  }

  private func signature(_ request: HTTPRequest) -> [(name: String, value: String)] {
    guard case .aws(let access) = request.authentication else { return [] }
    // That of several parts is not known yet, and one that is taken out is not sent.
    let written = request.headers.value("content-type")
    let made = request.body?.parts == nil ? request.body?.contentType : nil
    let type = written.map { $0.isEmpty ? nil : $0 } ?? made
    return access.headers(of: request, contentType: type, date: WallClock.seconds)
  }

  private func setCookies(_ wanted: CurlCookieShare) throws(CurlError) {
    guard wanted !== cookies else { return }
    try transfer.easy.set(share: wanted)
    // Makes libcurl look at cookies at all; there is no such file.
    try transfer.easy.set(CURLOPT_COOKIEFILE, "")
    cookies = wanted
  }

  private func setPin(_ pin: String?) throws(CurlError) {
    if pin == nil, resolve.isEmpty { return }
    var list = CurlList()
    if let pin { try list.append(pin) }
    try transfer.easy.set(CURLOPT_RESOLVE, list: list)
    resolve = list
  }
}
