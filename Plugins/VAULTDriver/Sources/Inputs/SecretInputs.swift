internal import DriverKit
internal import HTTPKit

/// The actions on secrets, by the descriptor's names.
enum SecretAction: String {
  case secret, read, write, patch, delete, undelete, destroy, list, versions
  case readMetadata = "metadata_read"
  case writeMetadata = "metadata_write"
  case deleteMetadata = "metadata_delete"

  /// What it does, for messages.
  var verb: String {
    switch self {
    case .secret, .read: "read"
    case .write: "write"
    case .patch: "change"
    case .delete: "delete"
    case .undelete: "undelete"
    case .destroy: "destroy"
    case .list: "list"
    case .versions, .readMetadata: "read the metadata of"
    case .writeMetadata: "write the metadata of"
    case .deleteMetadata: "delete the metadata of"
    }
  }

  /// Whether engines of version 1 have nothing like it.
  var needsVersions: Bool {
    switch self {
    case .secret, .read, .write, .delete, .list: false
    case .patch, .undelete, .destroy, .versions, .readMetadata, .writeMetadata, .deleteMetadata:
      true
    }
  }
}

/// The inputs of an action on a secret.
struct SecretInputs {
  var action: SecretAction
  var path: SecretPath
  /// The key whose value is wanted alone; nil: none is.
  var key: String?
  /// Nil: the newest.
  var version: Int?
  /// Empty: the newest.
  var versions: [Int] = []
  /// The body of what is written.
  var body: [UInt8]?
  /// The secret itself, where it is written.
  var data: [UInt8] = []
  /// Which input only engines of version 2 know; empty: none is given.
  var versionedInput = ""

  /// Reads the inputs.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ inputs: borrowing InputMap, _ action: SecretAction) throws(DriverError) {
    self.action = action
    path = action == .list ? try SecretPath(optional: inputs) : try SecretPath(inputs)
    key = try inputs["key"]?.string()
    if let value = inputs["version"] {
      version = try value.int(in: 1...Int.max)
      versionedInput = "version"
    }
    if let value = inputs["versions"] {
      let list = try value.list()
      for index in 0..<list.count { versions.append(try list[index].int(in: 1...Int.max)) }
      versionedInput = "versions"
    }
    switch action {
    case .write, .patch: try readData(inputs)
    case .undelete, .destroy, .delete:
      var body = JSONBody()
      body.add("versions", JSONBody.list(versions.map { Array(String($0).utf8) }))
      self.body = body.bytes
    case .writeMetadata: try readMetadata(inputs)
    case .secret, .read, .list, .versions, .readMetadata, .deleteMetadata: break
    }
  }

  private mutating func readData(_ inputs: borrowing InputMap) throws(DriverError) {
    let value = try inputs.required("data")
    guard value.kind == .map else { throw fault("must be a map of keys and values") }
    data = try value.json()
    var body = JSONBody()
    if let cas = inputs["cas"] {
      var options = JSONBody()
      options.add("cas", Array(String(try cas.int(in: 0...Int.max)).utf8))
      body.add("options", options.bytes)
      versionedInput = "cas"
    }
    body.add("data", data)
    self.body = body.bytes
  }

  private mutating func readMetadata(_ inputs: borrowing InputMap) throws(DriverError) {
    var body = JSONBody()
    if let value = inputs["max_versions"] {
      body.add("max_versions", Array(String(try value.int(in: 0...Int.max)).utf8))
    }
    if let value = inputs["cas_required"] {
      body.add("cas_required", Array((try value.bool() ? "true" : "false").utf8))
    }
    if let value = inputs["delete_version_after"] {
      body.add("delete_version_after", text: "\(try value.int(in: 0...Int.max))s")
    }
    if let value = inputs["custom_metadata"] {
      _ = try value.map()
      body.add("custom_metadata", try value.json())
    }
    guard !body.names.isEmpty else {
      throw DriverError(
        .invalidInput,
        "there is nothing to be written: give max_versions, cas_required, delete_version_after or custom_metadata",
        pointer: "/custom_metadata"
      )
    }
    self.body = body.bytes
  }

  private func fault(_ what: String) -> DriverError {
    DriverError(.invalidInput, "/data \(what)", pointer: "/data")
  }
}
