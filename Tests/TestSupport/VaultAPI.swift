import Foundation

/// Calls of a vault's HTTP API, by which tests set it up.
package struct VaultAPI: Sendable {
  /// An answer.
  package struct Answer: Sendable {
    package var status: Int
    package var body: String

    /// A text of the body by the names on the way to it; empty where there is none.
    package func text(_ names: String...) throws -> String {
      var value = try JSONSerialization.jsonObject(with: Data(body.utf8))
      for name in names { value = (value as? [String: Any])?[name] ?? "" }
      return value as? String ?? ""
    }
  }

  package let port: Int
  package let rootToken: String

  package init(port: Int, rootToken: String) {
    (self.port, self.rootToken) = (port, rootToken)
  }

  package var url: String { "http://127.0.0.1:\(port)" }

  /// Sends a request as the root, and fails where the answer is no success.
  ///
  /// - Parameters:
  ///   - method: GET, POST, LIST and so on.
  ///   - path: Behind `/v1/`.
  ///   - json: The body.
  ///   - namespace: Where it goes; empty: the root namespace.
  ///   - token: Who asks; nil: the root.
  /// - Throws: `TestSupportError` with the answer.
  /// - Returns: The answer.
  @discardableResult
  package func call(
    _ method: String,
    _ path: String,
    _ json: String = "",
    namespace: String = "",
    token: String? = nil
  ) throws -> Answer {
    let answer = try send(method, path, json, namespace: namespace, token: token)
    guard (200..<300).contains(answer.status) else {
      throw TestSupportError("\(method) \(path) answered \(answer.status): \(answer.body)")
    }
    return answer
  }

  /// Sends a request, whatever the answer is.
  package func send(
    _ method: String,
    _ path: String,
    _ json: String = "",
    namespace: String = "",
    token: String? = nil
  ) throws -> Answer {
    var lines = [
      "\(method) /v1/\(path) HTTP/1.0", "Host: 127.0.0.1", "X-Vault-Request: true",
      "X-Vault-Token: \(token ?? rootToken)", "Content-Type: application/json",
      "Content-Length: \(json.utf8.count)",
    ]
    if !namespace.isEmpty { lines.append("X-Vault-Namespace: \(namespace)") }
    let connection = try connectToLoopback(port)
    connection.write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + json).utf8))
    var bytes: [UInt8] = []
    while let more = connection.read(), !more.isEmpty { bytes += more }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3))
    else { throw TestSupportError("\(method) \(path) was not answered: \(text)") }
    return Answer(status: status, body: String(text[end.upperBound...]))
  }

  // MARK: - Setting up

  /// A token with policies.
  ///
  /// - Parameters:
  ///   - policies: Their names.
  ///   - settings: Further members of the body, such as `"ttl": "10s"`.
  /// - Throws: `TestSupportError` with the answer.
  /// - Returns: The token.
  package func token(_ policies: [String], _ settings: String = "") throws -> String {
    let names = policies.map { "\"\($0)\"" }.joined(separator: ",")
    let more = settings.isEmpty ? "" : ", \(settings)"
    return try call("POST", "auth/token/create", "{\"policies\": [\(names)]\(more)}")
      .text("auth", "client_token")
  }

  /// A policy: paths, and what may be done with each.
  package func policy(_ name: String, _ rules: KeyValuePairs<String, [String]>) throws {
    let text = rules.map { path, capabilities in
      let list = capabilities.map { "\"\($0)\"" }.joined(separator: ", ")
      return "path \"\(path)\" { capabilities = [\(list)] }"
    }
    .joined(separator: "\n")
    let body = try JSONEncoder().encode(["policy": text])
    try call("PUT", "sys/policies/acl/\(name)", String(decoding: body, as: UTF8.self))
  }

  /// A role of AppRole with its two identifiers; its method is set up where it is not there yet.
  ///
  /// - Parameters:
  ///   - name: The role.
  ///   - settings: Members of its body, such as `"token_policies": ["app"]`.
  ///   - mount: Where the method is.
  /// - Throws: `TestSupportError` with the answer.
  /// - Returns: The role's id and a secret id.
  package func role(
    _ name: String,
    _ settings: String,
    mount: String = "approle"
  ) throws -> (id: String, secret: String) {
    _ = try send("POST", "sys/auth/\(mount)", "{\"type\": \"approle\"}")
    try call("POST", "auth/\(mount)/role/\(name)", "{\(settings)}")
    return (
      try call("GET", "auth/\(mount)/role/\(name)/role-id").text("data", "role_id"),
      try call("POST", "auth/\(mount)/role/\(name)/secret-id").text("data", "secret_id")
    )
  }

  /// A user with a password; its method is set up where it is not there yet.
  package func user(
    _ name: String,
    password: String,
    _ policies: String,
    mount: String = "userpass"
  ) throws {
    _ = try send("POST", "sys/auth/\(mount)", "{\"type\": \"userpass\"}")
    let body = "{\"password\": \"\(password)\", \"token_policies\": \"\(policies)\"}"
    try call("POST", "auth/\(mount)/users/\(name)", body)
  }

  /// A secret of an engine of version 2.
  package func write(_ path: String, _ data: String, engine: String = "secret") throws {
    try call("POST", "\(engine)/data/\(path)", "{\"data\": \(data)}")
  }
}
