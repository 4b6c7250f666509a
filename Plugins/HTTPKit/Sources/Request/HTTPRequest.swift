package import DriverKit

/// A request as a driver asks for it: where it goes, what it says, and what it may take.
package struct HTTPRequest {
  package var url: RequestURL
  /// In upper case where the method is one of HTTP's own.
  package var method: String
  package var headers = RequestHeaders()
  package var body: RequestBody?
  package var authentication = Authentication.none
  /// What is added to the query of the first request and shown nowhere: a key, ready to be sent.
  package var queryKey = ""
  /// Whether a request before held such a key, which whoever leads on may have repeated.
  private var hadQueryKey = false
  package var tls = TLSSettings()
  /// Nil: straight, by whatever addresses the server's name has.
  package var network: NetworkSettings?
  package var timeouts = Timeouts()
  package var followsRedirects = true
  package var redirectLimit = 10
  /// Whether a redirect to another origin is an error, since what is sent is for this one only.
  package var staysWithinOrigin = false
  /// How many bytes of a body are collected; 0: no limit.
  package var responseLimit = 0
  package var allowsCompression = true
  /// A speed below which it ends; nil: any will do.
  package var lowSpeed: LowSpeed?
  /// Whether whoever asks says that it may be sent again; nil: its method tells.
  package var mayBeRepeated: Bool?
  /// What is too slow to go on with (CURLOPT_LOW_SPEED_LIMIT(3)).
  package struct LowSpeed: Equatable {
    package var bytesPerSecond: Int
    package var seconds: Int

    /// A speed, and for how long it may be lower.
    package init(bytesPerSecond: Int, seconds: Int) {
      (self.bytesPerSecond, self.seconds) = (bytesPerSecond, seconds)
    }
  }

  /// Keys that are no authentication of libcurl's, which tell one caller from another.
  private(set) var identity: [String] = []
  /// The name of the cookies that it takes along and adds to; empty: none.
  package var cookieJar = ""
  /// What names the server in the inputs, for errors.
  package var addressPointer: String

  /// What a request may have in front of its body; libcurl ends at 1 MiB.
  private static let largestHead = 1_000_000

  /// A request without headers, body and credentials.
  package init(_ method: String, _ url: RequestURL, addressPointer: String = "") {
    self.method = method
    self.url = url
    self.addressPointer = addressPointer
  }

  /// Where libcurl sends the request: with the key that is shown nowhere.
  package var requestedURL: String {
    if queryKey.isEmpty { return url.text }
    let hasQuery = url.text.utf8.contains(UInt8(ascii: "?"))
    let isOpen = url.text.utf8.last == UInt8(ascii: "?") || url.text.utf8.last == UInt8(ascii: "&")
    return url.text + (isOpen ? "" : hasQuery ? "&" : "?") + queryKey
  }

  /// Whether it may be sent again without doing more than once (RFC 9110, section 9.2.2).
  package var isIdempotent: Bool {
    if let mayBeRepeated { return mayBeRepeated }
    return switch method {
    case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE": true
    default: false
    }
  }

  /// Whether it changes nothing on the server (RFC 9110, section 9.2.1).
  package var isSafe: Bool { ["GET", "HEAD", "OPTIONS", "TRACE"].contains(method) }

  /// The same request, but one that changes nothing on the server.
  package var harmless: HTTPRequest {
    if isSafe { return self }
    var request = self
    request.method = "OPTIONS"
    request.body = nil
    request.headers.dropContent()
    return request
  }

  /// Leads the request elsewhere: another origin sees neither credentials nor what may be a key.
  package mutating func go(to target: RequestURL) {
    if !target.authority.hasSameOrigin(as: url.authority) { dropCredentials() }
    let isSecret = url.isSecret
    let hasSecretQuery = url.hasSecretQuery || hadQueryKey || !queryKey.isEmpty
    hadQueryKey = hadQueryKey || !queryKey.isEmpty
    url = target
    // A server that leads on mostly repeats the query.
    if !queryKey.isEmpty, url.hasParameter(String(queryKey.prefix { $0 != "=" })) { queryKey = "" }
    // Whoever leads elsewhere may have repeated it.
    url.isSecret = url.isSecret || isSecret
    url.hasSecretQuery = url.hasSecretQuery || hasSecretQuery
  }

  /// Takes out what is only for the origin that it was given for.
  package mutating func dropCredentials() {
    authentication = .none
    hadQueryKey = hadQueryKey || !queryKey.isEmpty
    queryKey = ""
    headers.dropForeign()
  }

  /// Sets what the input `authentication` comes to.
  ///
  /// - Throws: `.invalidInput` where a server would read something else than one header.
  package mutating func use(_ credentials: Credentials) throws(DriverError) {
    authentication = credentials.authentication
    identity = [credentials.header?.value ?? "", credentials.queryKey]
    queryKey = credentials.queryKey
    if let header = credentials.header { try headers.add(header) }
  }

  /// Passes the trace of a call on, if it has one and the headers do not.
  package mutating func addTrace(of call: Call) throws(DriverError) {
    guard !headers.hasTraceparent else { return }
    let parent = call.traceparent
    guard TraceContext.isParent(parent) else { return }
    try headers.append("traceparent", parent)
    let state = call.tracestate
    if TraceContext.isState(state) { try headers.append("tracestate", state) }
  }

  /// Looks whether libcurl would take so long a head.
  ///
  /// - Throws: `.invalidInput` that names what is longest.
  package func checkSize() throws(DriverError) {
    let address = url.text.utf8.count
    let credentials = authentication.size + queryKey.utf8.count
    guard address + headers.size + credentials > HTTPRequest.largestHead else { return }
    let largest = max(address, headers.size, credentials)
    throw DriverError(
      .invalidInput,
      "the URL, the headers and the credentials of the request are longer than \(HTTPRequest.largestHead) bytes together: send what is long in the body",
      pointer: largest == address
        ? addressPointer : largest == headers.size ? "/headers" : "/authentication"
    )
  }

  /// Looks whether the request can be signed, if it is to be.
  ///
  /// - Throws: `.unsupported` where it cannot.
  package func checkSignature() throws(DriverError) {
    guard case .aws(let access) = authentication else { return }
    guard SystemDigests.areUsable else {
      throw DriverError(
        .unsupported,
        "this machine's OpenSSL does not make the digests that a signature needs",
        pointer: "/authentication/authentication_method"
      )
    }
    try access.checkBody(body)
  }

  /// Looks whether the method is one that can be sent, and with that body.
  ///
  /// - Parameter isForced: Whether a body goes with methods for which HTTP defines none.
  /// - Throws: `.invalidInput` or `.unsupported`.
  package func checkMethod(isForced: Bool) throws(DriverError) {
    guard !method.isEmpty, method.utf8.allSatisfy(RequestHeaders.isToken) else {
      throw DriverError(
        .invalidInput,
        "the method must be one word, such as get or post",
        pointer: "/method"
      )
    }
    if method == "CONNECT" {
      throw DriverError(
        .unsupported,
        "CONNECT asks a proxy for a tunnel; there is nothing to get by it here",
        pointer: "/method"
      )
    }
    if body != nil, isForced, method == "HEAD" {
      throw DriverError(
        .unsupported,
        "libcurl sends no body with HEAD: leave the body out",
        pointer: "/method"
      )
    }
    if body != nil, !isForced, ["GET", "HEAD", "TRACE"].contains(method) {
      throw DriverError(
        .invalidInput,
        "\(method) carries no body: set method to post or put, leave the body out, or set force_body",
        pointer: "/method"
      )
    }
  }
}
