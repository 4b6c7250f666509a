internal import DriverKit
internal import HTTPKit

/// A call on its way: what all actions share.
class VaultAction {
  let vault: Vault
  let call: Call
  let inputs: VaultInputs
  let requester: Requester
  private var versionRequest: Int?
  /// Whether others wait for this call to find the engine's version out.
  private var isAsking = false
  private var hasEnded = false

  init(_ vault: Vault, _ call: Call, _ inputs: VaultInputs) {
    self.vault = vault
    self.call = call
    self.inputs = inputs
    requester = Requester(vault, inputs, for: call)
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    // Let go of at the end.
    call.onStop(on: vault.client.loop) { [self] in fail((call.stop ?? .cancelled).error) }
    do throws(DriverError) {
      try run()
    } catch {
      fail(error)
    }
  }

  /// What the action does first.
  func run() throws(DriverError) {}

  // MARK: - Requests

  /// Sends a request, and goes on with its answer if that is a success.
  final func ask(
    _ request: HTTPRequest,
    _ subject: VaultSubject,
    _ receive: @escaping (VaultAnswer) throws(DriverError) -> Void
  ) {
    requester.send(request) { [self] result in
      guard !hasEnded else { return }
      do throws(DriverError) {
        let answer = try result.get()
        guard answer.isFine else {
          if answer.status == 404 { vault.engines.doubt(inputs) }
          try put(refused: answer)
          throw VaultFailure.error(answer, subject, inputs, server: requester.server)
        }
        try receive(answer)
      } catch {
        fail(error)
      }
    }
  }

  /// Puts out what there is of an answer that is no success.
  func put(refused answer: VaultAnswer) throws(DriverError) {}

  /// Goes on with the version of the engine, which is found out where nobody has said it.
  final func withVersion(_ body: @escaping (KVVersion) throws(DriverError) -> Void) {
    func goOn(_ version: KVVersion) {
      guard !hasEnded else { return }
      do throws(DriverError) {
        try body(version)
      } catch {
        fail(error)
      }
    }
    if let version = inputs.version {
      goOn(version)
      return
    }
    versionRequest = vault.engines.get(inputs) { [self] turn in
      versionRequest = nil
      switch turn {
      case .known(let version): goOn(version)
      case .ask:
        isAsking = true
        askVersion { [self] version in
          isAsking = false
          vault.engines.found(version, inputs)
          goOn(version)
        }
      }
    }
  }

  private func askVersion(_ receive: @escaping (KVVersion) -> Void) {
    do throws(DriverError) {
      let path = "sys/internal/ui/mounts/\(EnginePath.encoded(inputs.engine))"
      let subject = VaultSubject(
        task:
          "find out of which version the engine \"\(inputs.engine)\" is (set kv_version, and nobody asks)",
        thing: "engine \"\(inputs.engine)\"",
        pointer: "/engine_path"
      )
      ask(try inputs.request("GET", path), subject) { [self] answer throws(DriverError) in
        receive(try version(answer))
      }
    } catch {
      fail(error)
    }
  }

  private func version(_ answer: VaultAnswer) throws(DriverError) -> KVVersion {
    guard let document = answer.document, let kind = document.text("/data/type") else {
      throw DriverError(
        .protocolViolation,
        "\(requester.server) does not say what the engine \"\(inputs.engine)\" is: set kv_version, and check that url is the address of a vault",
        pointer: "/kv_version"
      )
    }
    guard kind == "kv" || kind == "generic" else {
      throw DriverError(
        .unsupported,
        "\"\(inputs.engine)\" is an engine of the kind \(kind), not of keys and values: check engine_path, or use the action request",
        pointer: "/engine_path"
      )
    }
    let mount = EnginePath.trimmed(document.text("/data/path") ?? "")
    if !mount.isEmpty, inputs.engine.hasPrefix(mount + "/") {
      let rest = inputs.engine.dropFirst(mount.count + 1)
      throw DriverError(
        .invalidInput,
        "the engine of \"\(inputs.engine)\" is at \"\(mount)\": set engine_path to that, and begin path with \(rest)/",
        pointer: "/engine_path"
      )
    }
    return document.scalar("/data/options/version") == "2" ? .two : .one
  }

  // MARK: - The end

  final func succeed() { end { call in call.succeed() } }

  final func fail(_ error: DriverError) { end { call in call.fail(error) } }

  private func end(_ body: (Call) -> Void) {
    guard !hasEnded else { return }
    hasEnded = true
    requester.end()
    if let versionRequest { vault.engines.cancel(versionRequest, inputs) }
    versionRequest = nil
    if isAsking {
      isAsking = false
      vault.engines.found(nil, inputs)
    }
    body(call)
  }
}
