internal import DriverKit
internal import HTTPKit

/// What calls put out of a secret and of its metadata.
extension SecretCall {
  /// Puts a secret out, as a whole and by its key, and ends the call.
  ///
  /// - Parameters:
  ///   - answer: The answer of the server.
  ///   - data: Where the secret is in it.
  ///   - metadata: Where the metadata of its version are; nil: the engine keeps none.
  /// - Throws: `.notFound` where it has no such key, `.protocolViolation` where the answer is no secret.
  func put(read answer: VaultAnswer, data: String, metadata: String?) throws(DriverError) {
    guard let document = answer.document, let range = document.range(data),
      document.kind(range) == .object
    else {
      throw DriverError(
        .protocolViolation,
        "\(requester.server) answered without the secret \(place): check that url is the address of a vault, engine_path and kv_version",
        pointer: "/url"
      )
    }
    var value: Range<Int>?
    if let key = secret.key {
      value = document.members(data).first { $0.name == key }?.value
      guard value != nil else { throw missing(key, count: document.members(data).count) }
    }
    try put("data", document, range)
    if let value { try put("value", document, value) }
    if let metadata { try put(version: document, metadata) }
    if metadata == nil, secret.action == .read { try call.output("version", .null) }
    let lease = document.integer("/lease_duration") ?? 0
    try call.output("lease_seconds", lease > 0 ? .int(Int64(lease)) : .null)
    succeed()
  }

  private func put(
    _ name: StaticString,
    _ document: JSONDocument,
    _ range: Range<Int>
  ) throws(DriverError) {
    let bytes = Array(document.bytes[range])
    guard try call.output(name, json: bytes.span, isSecret: true) else {
      throw DriverError(
        .protocolViolation,
        "the secret \(place) has a name twice, so that nobody can tell what it is: write it anew"
      )
    }
  }

  private func missing(_ key: String, count: Int) -> DriverError {
    let rest = count == 1 ? "it has another one" : "it has \(count) others"
    var error = DriverError(
      .notFound,
      "the secret \(place) has no key \"\(key)\"; \(count == 0 ? "it has none at all" : rest): check key, whose case counts",
      pointer: "/key"
    )
    error.vendorState = "missing_key"
    return error
  }

  /// Puts out what is known of a version.
  func put(version document: JSONDocument, _ pointer: String) throws(DriverError) {
    let number = document.integer("\(pointer)/version")
    try call.output("version", number.map { .int(Int64($0)) } ?? .null)
    guard secret.action != .secret else { return }
    try put(
      facts: document,
      pointer,
      ["created_time", "deletion_time", "destroyed", "custom_metadata"]
    )
  }

  /// Puts out what was written.
  func put(written document: JSONDocument) throws(DriverError) {
    try put(version: document, "/data")
  }

  /// Puts out the metadata of a secret, and ends the call.
  func put(metadata answer: VaultAnswer) throws(DriverError) {
    guard let document = answer.document, document.range("/data/versions") != nil else {
      throw DriverError(
        .protocolViolation,
        "\(requester.server) answered without the metadata of \(place): check that url is the address of a vault",
        pointer: "/url"
      )
    }
    try put(facts: document, "/data", ["current_version", "oldest_version"])
    if secret.action == .readMetadata {
      try put(
        facts: document,
        "/data",
        [
          "created_time", "updated_time", "max_versions", "cas_required", "delete_version_after",
          "custom_metadata",
        ]
      )
    }
    try call.output("versions", .list(SecretCall.versions(document)))
    succeed()
  }

  /// Puts members of the answer out under their own names; those that it has not are null, and so are empty times.
  private func put(
    facts document: JSONDocument,
    _ pointer: String,
    _ names: [StaticString]
  ) throws(DriverError) {
    for name in names {
      let value = document.value("\(pointer)/\(name)")
      if let value, value != Array("\"\"".utf8), try call.output(name, json: value.span) {
        continue
      }
      try call.output(name, .null)
    }
  }

  private static func versions(_ document: JSONDocument) -> [OutputValue] {
    let members = document.members("/data/versions").compactMap { member in
      Int(member.name).map { (number: $0, place: member.value) }
    }
    return members.sorted { $0.number < $1.number }.map { number, place in
      let time = document.text("/deletion_time", within: place) ?? ""
      return [
        "version": .int(Int64(number)),
        "created_time": OutputValue(document.text("/created_time", within: place)),
        "deletion_time": time.isEmpty ? .null : .string(time),
        "destroyed": .bool(document.scalar("/destroyed", within: place) == "true"),
      ]
    }
  }
}
