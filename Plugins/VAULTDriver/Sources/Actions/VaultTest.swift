internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `test`: the way to the server, its seal, and then what can be done with the token.
struct VaultTest {
  private let test: ConnectionTest

  /// A test that has not begun.
  init(_ vault: Vault, _ call: Call, _ inputs: VaultInputs, _ path: SecretPath) throws(DriverError)
  {
    var request = try inputs.request("GET", "sys/seal-status")
    // The seal is that of all namespaces.
    request.headers.drop(["x-vault-namespace"])
    test = ConnectionTest(vault.client, request, for: call, expected: StatusSet(200..<300))
    test.bodyStep = (name: "seal", look: VaultTest.look)
    test.further = TokenSteps(vault, call, inputs, path)
  }

  func begin() { test.begin() }

  private static func look(_ body: Span<UInt8>) -> ConnectionTest.Finding {
    let document = JSONDocument(body.indices.map { body[$0] })
    guard let document, let sealed = document.scalar("/sealed") else {
      return ConnectionTest.Finding(
        isFine: false,
        "the answer says nothing of a seal",
        hint: "check that url is the address of a vault"
      )
    }
    let version = document.text("/version").map { ", version \($0)" } ?? ""
    if document.scalar("/initialized") == "false" {
      return ConnectionTest.Finding(
        isFine: false,
        "the vault is not initialized\(version)",
        hint: "initialize it, or ask whoever runs it"
      )
    }
    guard sealed == "false" else {
      return ConnectionTest.Finding(
        isFine: false,
        "the vault is sealed\(version)",
        hint: "unseal it, or ask whoever runs it"
      )
    }
    return ConnectionTest.Finding(isFine: true, "the vault is unsealed\(version)")
  }
}

/// The steps that need a token.
private final class TokenSteps: FurtherSteps {
  private static let authenticate = "authenticate"
  private static let token = "token"
  private static let renewal = "auto_renew"
  private static let path = "path"

  let names = [authenticate, token, renewal, path]
  private let inputs: VaultInputs
  private let action: PathProbe
  private let requester: Requester
  private var steps: [TestStep] = []
  private var began = monotonicNanoseconds()
  private var receive: (([TestStep]) -> Void)?

  init(_ vault: Vault, _ call: Call, _ inputs: VaultInputs, _ path: SecretPath) {
    self.inputs = inputs
    requester = Requester(vault, inputs, for: call)
    action = PathProbe(inputs, path)
  }

  func run(_ receive: @escaping ([TestStep]) -> Void) {
    self.receive = receive
    began = monotonicNanoseconds()
    send("auth/token/lookup-self") { [self] in takeLookUp($0) }
  }

  func end() {
    receive = nil
    requester.end()
  }

  private func send(
    _ path: String,
    _ body: @escaping (Result<VaultAnswer, DriverError>) -> Void
  ) {
    do throws(DriverError) {
      requester.send(try inputs.request("GET", path), body)
    } catch {
      body(.failure(error))
    }
  }

  private func add(
    _ name: String,
    _ outcome: TestStep.Outcome,
    _ message: String,
    hint: String = ""
  ) {
    let now = monotonicNanoseconds()
    steps.append(
      TestStep(
        name: name,
        outcome: outcome,
        seconds: Timing.rounded(Double(now - began) / 1e9),
        message: message,
        hint: hint
      )
    )
    began = now
  }

  private func finish() {
    let missing = names.dropFirst(steps.count).map { TestStep.notReached($0) }
    receive?(steps + missing)
  }

  // MARK: - The token

  private func takeLookUp(_ result: Result<VaultAnswer, DriverError>) {
    let method =
      inputs.login.isRepeatable ? "the log-in was accepted" : "the server knows the token"
    switch result {
    case .failure(let error):
      add(TokenSteps.authenticate, .failed, error.message, hint: "check authentication")
    case .success(let answer) where answer.isFine:
      add(TokenSteps.authenticate, .passed, method)
      takeToken(answer.document)
      return
    case .success(let answer) where answer.status == 403 && inputs.login.isRepeatable:
      add(TokenSteps.authenticate, .passed, method)
      add(
        TokenSteps.token,
        .skipped,
        "the token may not look at itself",
        hint: "allow auth/token/lookup-self, as the policy default does"
      )
      add(TokenSteps.renewal, .skipped, "nobody knows how long the token lives")
      lookAtPath()
      return
    case .success(let answer):
      add(
        TokenSteps.authenticate,
        .failed,
        "the server does not accept the token (\(StatusError.name(answer.status)))",
        hint: "check the token, whether it has expired or was revoked, and namespace"
      )
    }
    finish()
  }

  private func takeToken(_ document: JSONDocument?) {
    guard let document else {
      add(TokenSteps.token, .failed, "the answer is not JSON", hint: "check url")
      finish()
      return
    }
    let policies = document.items("/data/policies").compactMap {
      JSONScanner.string(of: $0, in: document.bytes.span)
    }
    let ttl = document.integer("/data/ttl") ?? 0
    let life = ttl > 0 ? "it lives for \(ttl) s more" : "it does not expire"
    let names = policies.isEmpty ? "none" : policies.joined(separator: ", ")
    add(TokenSteps.token, .passed, "\(life); its policies: \(names)")
    takeRenewal(document, ttl)
    lookAtPath()
  }

  private func takeRenewal(_ document: JSONDocument, _ ttl: Int) {
    let isRenewable = document.scalar("/data/renewable") == "true"
    if ttl == 0 {
      add(TokenSteps.renewal, .passed, "there is nothing to renew")
    } else if !inputs.identity.renews {
      add(TokenSteps.renewal, .skipped, "auto_renew is false")
    } else if isRenewable {
      let limit = document.integer("/data/explicit_max_ttl") ?? 0
      let end = limit > 0 ? ", for \(limit) s in all" : ""
      add(TokenSteps.renewal, .passed, "the token can be renewed\(end)")
    } else if inputs.login.isRepeatable {
      add(
        TokenSteps.renewal,
        .passed,
        "the token cannot be renewed, so that there is a new log-in when it has ended"
      )
    } else {
      add(
        TokenSteps.renewal,
        .failed,
        "the token cannot be renewed, and ends in \(ttl) s",
        hint: "give one that is renewable, or a method that logs in"
      )
    }
  }

  // MARK: - The path

  private func lookAtPath() {
    guard let path = action.path else {
      add(TokenSteps.path, .skipped, "no path is given")
      finish()
      return
    }
    if inputs.version != nil {
      probe(path)
      return
    }
    send(action.mount) { [self] result in
      guard case .success(let answer) = result, answer.isFine else {
        // Whoever reads a secret would fail with that too.
        addPath(result)
        return
      }
      let isTwo = answer.document?.scalar("/data/options/version") == "2"
      probe(path, isTwo ? .two : .one)
    }
  }

  private func probe(_ path: SecretPath, _ version: KVVersion? = nil) {
    send(action.read(path, version ?? inputs.version ?? .two)) { [self] in addPath($0) }
  }

  private func addPath(_ result: Result<VaultAnswer, DriverError>) {
    do throws(DriverError) {
      let answer = try result.get()
      guard answer.isFine else {
        throw VaultFailure.error(answer, action.subject, inputs, server: requester.server)
      }
      add(TokenSteps.path, .passed, "the secret can be read")
    } catch {
      add(TokenSteps.path, .failed, error.message, hint: "check path, engine_path and the policies")
    }
    finish()
  }
}

/// What is asked for a secret that is only to be looked at.
private struct PathProbe {
  /// Nil: none is.
  let path: SecretPath?
  private let inputs: VaultInputs

  init(_ inputs: VaultInputs, _ path: SecretPath) {
    self.inputs = inputs
    self.path = path.isEmpty ? nil : path
  }

  private var engine: String { EnginePath.encoded(inputs.engine) }

  var mount: String { "sys/internal/ui/mounts/\(engine)" }

  func read(_ path: SecretPath, _ version: KVVersion) -> String {
    "\(engine)/\(version == .two ? "data/" : "")\(EnginePath.encoded(path.text))"
  }

  var subject: VaultSubject {
    let place = "\"\(path?.text ?? "")\" of the engine \"\(inputs.engine)\""
    return VaultSubject(task: "read the secret \(place)", thing: "secret at \(place)")
  }
}
