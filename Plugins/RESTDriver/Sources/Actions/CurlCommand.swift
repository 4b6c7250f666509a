internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `curl`: the command line that sends the same request, with secrets masked (curl(1)).
struct CurlCommand {
  private var words: [String] = ["curl"]

  /// The command of a request.
  ///
  /// - Parameters:
  ///   - inputs: What the request was made of.
  ///   - given: The call's inputs, which tell what is secret.
  /// - Throws: `.invalidInput` for inputs that are none.
  init(_ inputs: RESTInputs, given: borrowing InputMap) throws(DriverError) {
    let request = inputs.request
    addMethod(request)
    for line in request.headers.lines {
      add(
        "--header",
        line.isSecret || CurlCommand.keys.contains(line.name) ? masked(line) : line.text
      )
    }
    addAuthentication(request)
    try addBody(request, given)
    addTLS(request.tls)
    addNetwork(request.network)
    addLimits(request)
    let url = CurlCommand.url(request)
    if url.contains(where: { "[]{}".contains($0) }) { add("--globoff") }
    words.append(CurlCommand.quoted(url))
  }

  /// Headers that are keys whoever wrote them.
  private static let keys: Set = ["authorization", "cookie", "proxy-authorization", "x-api-key"]

  /// The command, a word after another.
  var text: String { words.joined(separator: " ") }

  private mutating func add(_ option: String, _ value: String? = nil) {
    words.append(value.map { "\(option) \(CurlCommand.quoted($0))" } ?? option)
  }

  private func masked(_ line: RequestHeaders.Line) -> String {
    String(line.text.prefix { $0 != ":" }) + ": ***"
  }

  private static func url(_ request: HTTPRequest) -> String {
    guard !request.queryKey.isEmpty else { return request.url.shown }
    let name = request.queryKey.prefix { $0 != "=" }
    return request.url.shown + (request.url.text.contains("?") ? "&" : "?") + "\(name)=***"
  }

  // MARK: - Parts

  private mutating func addMethod(_ request: HTTPRequest) {
    switch request.method {
    case "HEAD": add("--head")
    case "GET" where request.body == nil: break
    case let method: add("--request", method)
    }
  }

  private mutating func addAuthentication(_ request: HTTPRequest) {
    switch request.authentication {
    case .none: break
    case .basic(let user, _): add("--user", "\(user):***")
    case .digest(let user, _):
      add("--digest")
      add("--user", "\(user):***")
    case .ntlm(let user, _):
      add("--ntlm")
      add("--user", "\(user):***")
    case .negotiate(let service, let delegation):
      add("--negotiate")
      add("--user", ":")
      if service != "HTTP" { add("--service-name", service) }
      switch delegation {
      case .never: break
      case .byPolicy: add("--delegation", "policy")
      case .always: add("--delegation", "always")
      }
    case .bearer, .grant: add("--oauth2-bearer", "***")
    case .aws(let access):
      add("--aws-sigv4", "aws:amz:\(access.region):\(access.service)")
      add("--user", "\(access.keyID):***")
      if access.sessionToken != nil { add("--header", "X-Amz-Security-Token: ***") }
    case .certificate:
      add("--cert", "client.pem")
      add("--key", "client-key.pem")
    }
  }

  private mutating func addBody(
    _ request: HTTPRequest,
    _ given: borrowing InputMap
  ) throws(DriverError) {
    guard let body = request.body else { return }
    if let parts = body.parts {
      let isSecret = try CurlCommand.holdsSecret(given)
      for part in parts { add(part, isSecret: isSecret) }
      return
    }
    if !request.headers.hasContentType { add("--header", "Content-Type: \(body.contentType)") }
    guard let bytes = body.copiedBytes else {
      add("--upload-file", try given["body"]?.map()["file"]?.string() ?? "-")
      return
    }
    if try CurlCommand.holdsSecret(given) {
      add("--data-binary", "***")
    } else if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) {
      // A text that begins with an @ would name a file.
      add("--data-raw", text)
    } else {
      add("--data-binary", "@body.bin")
    }
  }

  private mutating func add(_ part: RequestBody.Part, isSecret: Bool) {
    var text = part.name + "="
    switch part.source {
    case .file(let path): text += "@" + CurlCommand.quotedInForm(path)
    case .bytes(let bytes):
      let value = isSecret ? "***" : String(validating: bytes, as: UTF8.self)
      if let value, part.contentType == nil, part.fileName == nil {
        // Taken as it stands, whatever it begins with.
        add("--form-string", text + value)
        return
      }
      text += value.map(CurlCommand.quotedInForm) ?? "<body.bin"
    }
    if let type = part.contentType { text += ";type=\(type)" }
    if let name = part.fileName { text += ";filename=" + CurlCommand.quotedInForm(name) }
    add("--form", text)
  }

  /// A value in the quotation marks of --form, in which nothing else is special.
  private static func quotedInForm(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }

  private mutating func addTLS(_ tls: TLSSettings) {
    if !tls.verifies { add("--insecure") }
    switch tls.authorities {
    case .system: break
    case .text: add("--cacert", "ca.pem")
    case .file(let path): add("--cacert", path)
    }
    if tls.wantsVersion3 { add("--tlsv1.3") }
    if !tls.pinnedKeys.isEmpty { add("--pinnedpubkey", tls.pinnedKeys) }
  }

  private mutating func addNetwork(_ network: NetworkSettings?) {
    for word in network?.curlOptions ?? [] { add(word.option, word.value) }
    // Not by the environment's.
    if network?.hasProxy != true { add("--noproxy", "*") }
  }

  private mutating func addLimits(_ request: HTTPRequest) {
    if request.followsRedirects {
      add("--location")
      add("--max-redirs", String(request.redirectLimit))
    }
    if request.allowsCompression { add("--compressed") }
    if request.timeouts.connect > 0 {
      add("--connect-timeout", CurlCommand.seconds(request.timeouts.connect))
    }
    if request.timeouts.total > 0 { add("--max-time", CurlCommand.seconds(request.timeouts.total)) }
    if let speed = request.lowSpeed {
      add("--speed-limit", String(speed.bytesPerSecond))
      add("--speed-time", String(speed.seconds))
    }
  }

  private static func seconds(_ milliseconds: Int) -> String {
    milliseconds % 1000 == 0 ? String(milliseconds / 1000) : String(Double(milliseconds) / 1000)
  }

  // MARK: - Text

  /// A word as a shell takes it.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy {
        RequestHeaders.isToken($0) && !"!#$&'*^`|~".utf8.contains($0) || "/:=,@".utf8.contains($0)
      }
    if isPlain { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// Whether the body was made of anything secret.
  private static func holdsSecret(_ given: borrowing InputMap) throws(DriverError) -> Bool {
    if let data = given["data"], try isSecret(data) { return true }
    if let body = given["body"] { return try isSecret(body) }
    return false
  }

  private static func isSecret(_ value: borrowing InputValue) throws(DriverError) -> Bool {
    if value.isSecret { return true }
    if value.kind == .list {
      let list = try value.list()
      for index in 0..<list.count where try isSecret(list[index]) { return true }
    } else if value.kind == .map {
      let map = try value.map()
      for index in 0..<map.count where try isSecret(map.value(at: index)) { return true }
    }
    return false
  }
}
