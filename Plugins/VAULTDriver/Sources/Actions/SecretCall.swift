internal import DriverKit
internal import HTTPKit

/// The actions on secrets.
final class SecretCall: VaultAction {
  let secret: SecretInputs

  init(_ vault: Vault, _ call: Call, _ inputs: VaultInputs, _ secret: SecretInputs) {
    self.secret = secret
    super.init(vault, call, inputs)
  }

  override func run() throws(DriverError) {
    withVersion { [self] version throws(DriverError) in
      switch version {
      case .one: try runPlain()
      case .two: try runVersioned()
      }
    }
  }

  /// What messages call it.
  var place: String { "\"\(secret.path.text)\" of the engine \"\(inputs.engine)\"" }

  private var subject: VaultSubject {
    let isFolder = secret.action == .list
    return VaultSubject(
      task: "\(secret.action.verb) \(isFolder ? "" : "the secret ")\(place)",
      thing: "\(isFolder ? "secret below" : "secret at") \(place)",
      isSecret: secret.action == .write || secret.action == .patch
    )
  }

  /// A path of the engine as a URL has it; `part` is what version 2 puts before it.
  private func path(_ part: String = "") -> String {
    let engine = EnginePath.encoded(inputs.engine) + (part.isEmpty ? "" : "/\(part)")
    return secret.path.isEmpty ? engine : "\(engine)/\(EnginePath.encoded(secret.path.text))"
  }

  // MARK: - Version 1

  private func runPlain() throws(DriverError) {
    let what =
      secret.action.needsVersions ? "the action \(secret.action.rawValue)" : secret.versionedInput
    guard what.isEmpty else {
      throw DriverError(
        .unsupported,
        "the engine \"\(inputs.engine)\" is of version 1, which keeps no versions: there is no \(what) there",
        pointer: secret.action.needsVersions ? "/engine_path" : "/\(secret.versionedInput)"
      )
    }
    switch secret.action {
    case .write: try change("PUT", path(), secret.data)
    case .delete: try change("DELETE", path())
    case .list: try list(path())
    default:
      ask(try inputs.request("GET", path()), subject) { [self] answer throws(DriverError) in
        try put(read: answer, data: "/data", metadata: nil)
      }
    }
  }

  // MARK: - Version 2

  private func runVersioned() throws(DriverError) {
    switch secret.action {
    case .secret, .read:
      var request = try inputs.request("GET", path("data"))
      if let version = secret.version { request.url.set("version", to: String(version)) }
      ask(request, subject) { [self] answer throws(DriverError) in
        try put(read: answer, data: "/data/data", metadata: "/data/metadata")
      }
    case .write: try change("POST", path("data"), secret.body)
    case .patch:
      try change("PATCH", path("data"), secret.body, type: "application/merge-patch+json")
    case .delete where secret.versions.isEmpty: try change("DELETE", path("data"))
    case .delete: try change("POST", path("delete"), secret.body)
    case .undelete: try change("POST", path("undelete"), secret.body)
    case .destroy: try change("PUT", path("destroy"), secret.body)
    case .list: try list(path("metadata"))
    case .versions, .readMetadata:
      ask(try inputs.request("GET", path("metadata")), subject) {
        [self] answer throws(DriverError) in
        try put(metadata: answer)
      }
    case .writeMetadata: try change("POST", path("metadata"), secret.body)
    case .deleteMetadata: try change("DELETE", path("metadata"))
    }
  }

  // MARK: - Requests

  private func change(
    _ method: String,
    _ path: String,
    _ body: [UInt8]? = nil,
    type: String = "application/json"
  ) throws(DriverError) {
    var request = try inputs.request(method, path, body, type: type)
    switch secret.action {
    // What is written twice is there twice, and a second deletion may hit what somebody has written meanwhile.
    case .write, .patch: request.mayBeRepeated = false
    case .delete: request.mayBeRepeated = !secret.versions.isEmpty
    default: request.mayBeRepeated = true
    }
    var subject = subject
    subject.isRepeatable = request.isIdempotent
    ask(request, subject) { [self] answer throws(DriverError) in
      if let document = answer.document, secret.action == .write || secret.action == .patch {
        try put(written: document)
      }
      succeed()
    }
  }

  private func list(_ path: String) throws(DriverError) {
    var request = try inputs.request("GET", "\(path)/")
    request.url.set("list", to: "true")
    requester.send(request) { [self] result in
      do throws(DriverError) {
        let answer = try result.get()
        // An engine without any secret has no list, as a path has none that is not there.
        if answer.status == 404, secret.path.isEmpty, answer.errors.isEmpty, !answer.isAboutVersion
        {
          try call.output("keys", .list([]))
        } else if answer.isFine {
          let keys = answer.document?.value("/data/keys") ?? Array("[]".utf8)
          try call.output("keys", json: keys.span)
        } else {
          if answer.status == 404 { vault.engines.doubt(inputs) }
          throw VaultFailure.error(answer, subject, inputs, server: requester.server)
        }
        succeed()
      } catch {
        fail(error)
      }
    }
  }

  override func put(refused answer: VaultAnswer) throws(DriverError) {
    // A version that was deleted or destroyed is answered so, with what is left of it.
    guard secret.action == .read, let document = answer.document,
      document.range("/data/metadata") != nil
    else { return }
    try put(version: document, "/data/metadata")
  }
}
