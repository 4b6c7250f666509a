internal import DriverKit

/// The inputs of a request.
///
/// Names, types and defaults are the descriptor's.
struct RESTInputs {
  /// How the server of an https address is verified.
  struct TLS: Equatable {
    /// Whose word counts for a certificate.
    enum Authorities: Equatable {
      case system
      /// PEM text.
      case text(String)
      /// The path of a file of it.
      case file(String)
    }

    /// What libcurl takes of either (CURL_MAX_INPUT_LENGTH).
    static let largestAuthorities = 8_000_000

    var verifies = true
    var authorities = Authorities.system
    /// Whether TLS 1.2 is too old.
    var wantsVersion3 = false
    /// Digests of public keys as libcurl takes them; empty: any key.
    var pinnedKeys = ""
  }

  /// Waits, in milliseconds; 0: no limit.
  struct Timeouts: Equatable {
    var connect = 0
    var read = 0
    var total = 0
  }

  var url: RequestURL
  var method: String
  var headers = RequestHeaders()
  var body: RequestBody?
  var authentication = Authentication.none
  /// What is added to the query of the first request and shown nowhere: a key, ready to be sent.
  var queryKey = ""
  var tls = TLS()
  var timeouts = Timeouts()
  var expected: StatusSet
  var followsRedirects = true
  var redirectLimit = 10
  /// 0: no limit.
  var responseLimit = 0
  var allowsCompression = true
  /// What names the server in the inputs, for errors.
  let addressPointer: String

  /// What a request may have in front of its body; libcurl ends at 1 MiB.
  private static let largestHead = 1_000_000

  /// The inputs of a call.
  ///
  /// - Parameters:
  ///   - inputs: As the host has completed them.
  ///   - memory: What is remembered of the request before.
  ///   - upload: The body from the channel; nil where nothing is connected to it.
  ///   - isTest: Whether no body is sent in any case.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(
    _ inputs: borrowing InputMap,
    memory: RequestMemory = RequestMemory(),
    upload: RequestBody? = nil,
    isTest: Bool = false
  ) throws(DriverError) {
    addressPointer = inputs["url"] == nil ? "/host" : "/url"
    url = try RESTInputs.url(inputs, memory)
    if let query = inputs["query"] { url.append(try Parameters(query)) }
    method = try inputs.required("method").string().uppercased()
    if let value = inputs["headers"] { headers = try RequestHeaders(value) }
    body = try RequestBody.of(inputs, upload, isTest: isTest)
    let credentials = try Credentials(inputs, isEncrypted: url.authority.isEncrypted)
    authentication = credentials.authentication
    queryKey = credentials.queryKey
    if let header = credentials.header { try headers.add(header) }
    if let value = try inputs["tls"]?.map() { tls = try RESTInputs.tls(value) }
    timeouts = Timeouts(
      connect: try RESTInputs.milliseconds(inputs.required("connect_timeout")),
      read: try RESTInputs.milliseconds(inputs.required("read_timeout")),
      total: try RESTInputs.milliseconds(inputs.required("total_timeout"))
    )
    expected = try StatusSet(inputs.required("expected_status_code").list())
    followsRedirects = try inputs.required("allow_redirects").bool()
    redirectLimit = try inputs.required("max_redirects").int(in: 0...100)
    responseLimit = try inputs.required("max_response_bytes").int(in: 0...Int.max)
    allowsCompression = try inputs.required("compression").bool()
    try checkMethod(isForced: try inputs.required("force_body").bool())
    try checkSize()
  }

  private func checkSize() throws(DriverError) {
    let address = url.text.utf8.count
    let credentials = authentication.size + queryKey.utf8.count
    guard address + headers.size + credentials > RESTInputs.largestHead else { return }
    let largest = max(address, headers.size, credentials)
    throw DriverError(
      .invalidInput,
      "the URL, the headers and the credentials of the request are longer than \(RESTInputs.largestHead) bytes together: send what is long in the body",
      pointer: largest == address
        ? addressPointer : largest == headers.size ? "/headers" : "/authentication"
    )
  }

  private func checkMethod(isForced: Bool) throws(DriverError) {
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

  /// Where libcurl sends the request: with the key that is shown nowhere.
  var requestedURL: String {
    if queryKey.isEmpty { return url.text }
    let hasQuery = url.text.utf8.contains(UInt8(ascii: "?"))
    let isOpen = url.text.utf8.last == UInt8(ascii: "?") || url.text.utf8.last == UInt8(ascii: "&")
    return url.text + (isOpen ? "" : hasQuery ? "&" : "?") + queryKey
  }

  /// Whether a request may be sent again without doing more than once (RFC 9110, section 9.2.2).
  var isIdempotent: Bool {
    switch method {
    case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE": true
    default: false
    }
  }

  /// The same request, but one that changes nothing on the server (RFC 9110, section 9.2.1).
  var harmless: RESTInputs {
    if ["GET", "HEAD", "OPTIONS", "TRACE"].contains(method) { return self }
    var inputs = self
    inputs.method = "OPTIONS"
    inputs.body = nil
    inputs.headers.dropContent()
    return inputs
  }

  // MARK: - Parts

  private static func url(
    _ inputs: borrowing InputMap,
    _ memory: RequestMemory
  ) throws(DriverError) -> RequestURL {
    if let value = inputs["url"] {
      var url = try RequestURL(try value.text().bytes, pointer: "/url", memory: memory)
      url.isSecret = value.isSecret
      return url
    }
    guard let host = inputs["host"] else {
      throw DriverError(
        .invalidInput,
        "the address is missing: give url, or host and path",
        pointer: "/url"
      )
    }
    var url = try RequestURL(
      isEncrypted: try inputs.required("scheme").text().equals("https"),
      host: try host.string(),
      port: try inputs["port"]?.int(in: 1...65535),
      basePath: try inputs["base_path"]?.string() ?? "",
      path: try inputs["path"]?.string() ?? ""
    )
    url.isSecret = host.isSecret
    return url
  }

  private static func tls(_ map: borrowing InputMap) throws(DriverError) -> TLS {
    var tls = TLS(verifies: try map.required("verify").bool())
    tls.wantsVersion3 = try map.required("minimum_version").text().equals("1.3")
    if let value = map["pinned_public_keys"] {
      let list = try value.list()
      var digests: [String] = []
      for index in 0..<list.count { digests.append("sha256//" + (try list[index].string())) }
      tls.pinnedKeys = digests.joined(separator: ";")
    }
    if let text = try map["ca"]?.string(), !text.isEmpty {
      guard text.utf8.count <= TLS.largestAuthorities else {
        throw DriverError(
          .invalidInput,
          "tls.ca is longer than \(TLS.largestAuthorities) bytes: give only the authorities that are needed",
          pointer: "/tls/ca"
        )
      }
      tls.authorities = .text(text)
    }
    if let path = try map["ca_file"]?.string(), !path.isEmpty {
      guard tls.authorities == .system else {
        throw DriverError(
          .invalidInput,
          "tls.ca and tls.ca_file are two forms of the same: give one of them",
          pointer: "/tls/ca_file"
        )
      }
      tls.authorities = .file(path)
    }
    return tls
  }

  /// Seconds as whole milliseconds; what is above 0 stays above 0, since 0 is no limit.
  private static func milliseconds(_ value: borrowing InputValue) throws(DriverError) -> Int {
    let seconds = try value.double()
    guard seconds >= 0, seconds <= 2_000_000 else {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) must be from 0 to 2000000 seconds",
        pointer: value.pointer
      )
    }
    return Int((seconds * 1000).rounded(.up))
  }
}
