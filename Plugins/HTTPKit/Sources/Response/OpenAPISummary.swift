/// What an OpenAPI document says of an API: version 3, or 2, which was called Swagger.
package struct OpenAPISummary: Equatable, Sendable {
  /// A request that the API knows.
  package struct Operation: Equatable, Sendable {
    /// In capitals.
    package var method: String
    /// As it is written, with names in braces.
    package var path: String
    package var operationID: String?
    package var summary: String?
    package var isDeprecated: Bool
  }

  /// Why a document has no summary.
  package struct Unknown: Error, Equatable {
    package let reason: String
  }

  /// Empty where the document has none.
  package private(set) var title = ""
  /// The API's version; empty where the document has none.
  package private(set) var version = ""
  /// The version of OpenAPI, such as `3.1.0`, or `2.0`.
  package private(set) var specVersion = ""
  /// The URLs of the servers, those of version 3 with their variables' defaults.
  ///
  /// They may be relative to the document's own: `/v1` has no host, `//example.org` no scheme.
  package private(set) var servers: [String] = []
  /// In the document's order.
  ///
  /// Those of a path that is described elsewhere (`$ref`) are not among them.
  package private(set) var operations: [Operation] = []

  /// The summary of a document.
  ///
  /// - Parameter bytes: JSON, as `JSONSyntax.isDocument` accepts it.
  /// - Throws: Where it is no such document, with the reason.
  package init(_ bytes: Span<UInt8>) throws(Unknown) {
    let all = 0..<bytes.count
    guard JSONScanner.kind(of: all, in: bytes) == .object else {
      throw Unknown(reason: "it is no JSON object")
    }
    let members = Members(all, bytes)
    specVersion = try OpenAPISummary.specVersion(members, bytes)
    if let info = members["info"] {
      let info = Members(info, bytes)
      title = info.text("title", bytes) ?? ""
      version = info.text("version", bytes) ?? ""
    }
    servers =
      specVersion == "2.0"
      ? OpenAPISummary.earlyServers(members, bytes) : OpenAPISummary.servers(members, bytes)
    if let paths = members["paths"] {
      operations = JSONScanner.members(of: paths, in: bytes).flatMap { path in
        // Others are extensions.
        path.name.utf8.first == UInt8(ascii: "/")
          ? OpenAPISummary.operations(of: path.value, path: path.name, bytes) : []
      }
    }
  }

  /// An object's members, found by their names.
  private struct Members {
    private var places: [String: Range<Int>] = [:]

    init(_ range: Range<Int>, _ bytes: Span<UInt8>) {
      for member in JSONScanner.members(of: range, in: bytes) where places[member.name] == nil {
        places[member.name] = member.value
      }
    }

    subscript(name: String) -> Range<Int>? { places[name] }

    func text(_ name: String, _ bytes: Span<UInt8>) -> String? {
      places[name].flatMap { JSONScanner.scalarText(of: $0, in: bytes) }
    }
  }

  private static func specVersion(
    _ members: Members,
    _ bytes: Span<UInt8>
  ) throws(Unknown) -> String {
    if let version = members.text("openapi", bytes) {
      guard version == "3" || version.hasPrefix("3.") else {
        throw Unknown(
          reason: "its version of OpenAPI is \(version.prefix(20)): 3 and 2.0 are known"
        )
      }
      return version
    }
    guard let version = members.text("swagger", bytes) else {
      throw Unknown(reason: "it names no version of OpenAPI: it has neither openapi nor swagger")
    }
    guard version == "2.0" || version == "2" else {
      throw Unknown(reason: "its version of Swagger is \(version.prefix(20)): only 2.0 is known")
    }
    return "2.0"
  }

  // MARK: - Servers

  private static func servers(_ members: Members, _ bytes: Span<UInt8>) -> [String] {
    let list = members["servers"].map { JSONScanner.items(of: $0, in: bytes) } ?? []
    let servers = list.compactMap { item -> String? in
      let server = Members(item, bytes)
      guard let url = server.text("url", bytes) else { return nil }
      let variables = server["variables"].map { JSONScanner.members(of: $0, in: bytes) } ?? []
      var defaults: [String: String] = [:]
      for variable in variables where defaults[variable.name] == nil {
        defaults[variable.name] = Members(variable.value, bytes).text("default", bytes)
      }
      return filled(url, defaults)
    }
    // What the specification has for a document without servers.
    return servers.isEmpty ? ["/"] : servers
  }

  /// How long a server's address may become by its variables, each of which may stand there often.
  private static let longestAddress = 8 << 10

  /// A template with its variables' values; those without one stay, and so does all of one that becomes too long.
  private static func filled(_ template: String, _ values: [String: String]) -> String {
    var text = ""
    var rest = template[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      let name = rest[open..<close].dropFirst()
      text += values[String(name)] ?? String(rest[open...close])
      rest = rest[close...].dropFirst()
      if text.utf8.count > longestAddress { return template }
    }
    return text + rest
  }

  private static func earlyServers(_ members: Members, _ bytes: Span<UInt8>) -> [String] {
    var path = members.text("basePath", bytes) ?? "/"
    if !path.hasPrefix("/") { path = "/" + path }
    guard let host = members.text("host", bytes) else { return [path] }
    let schemes = members["schemes"].map { JSONScanner.items(of: $0, in: bytes) } ?? []
    let names = schemes.compactMap { JSONScanner.string(of: $0, in: bytes) }
    let rest = "//\(host)\(path == "/" ? "" : path)"
    // Without schemes it is the one that the document was got by.
    return names.isEmpty ? [rest] : names.map { "\($0):\(rest)" }
  }

  // MARK: - Operations

  private static let methods: Set = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
  ]

  private static func operations(
    of range: Range<Int>,
    path: String,
    _ bytes: Span<UInt8>
  ) -> [Operation] {
    var operations: [Operation] = []
    for member in JSONScanner.members(of: range, in: bytes) {
      if methods.contains(member.name) {
        operations.append(
          operation(member.value, method: member.name.uppercased(), path: path, bytes)
        )
      } else if member.name == "additionalOperations" {
        // Methods of any name, since version 3.2.
        for other in JSONScanner.members(of: member.value, in: bytes) {
          operations.append(operation(other.value, method: other.name, path: path, bytes))
        }
      }
    }
    return operations
  }

  private static func operation(
    _ range: Range<Int>,
    method: String,
    path: String,
    _ bytes: Span<UInt8>
  ) -> Operation {
    let members = Members(range, bytes)
    return Operation(
      method: method,
      path: path,
      operationID: members.text("operationId", bytes),
      summary: members.text("summary", bytes),
      isDeprecated: members.text("deprecated", bytes) == "true"
    )
  }
}
