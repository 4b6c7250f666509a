internal import CSSH2
internal import DriverKit
internal import Glibc
internal import LoopKit

/// Logs in with the keys of an SSH agent.
///
/// On the loop.
struct AgentLogin {
  let transport: SSHTransport
  let loop: Loop
  /// The host, for messages.
  let host: String

  /// Logs in: with one key after the other, as far as the server looks at so many.
  ///
  /// - Parameters:
  ///   - login: Whom.
  ///   - socket: The path of the agent's socket; nil: that of the environment.
  ///   - key: Only the key with this comment or fingerprint; nil: any.
  ///   - scope: How long.
  ///   - partial: Is asked when a signature was not enough: why, if another login is wanted as well.
  /// - Throws: Why none of the keys lets the user in.
  func run(
    _ login: LoginInputs.Login,
    socket: String?,
    key: String?,
    _ scope: Scope,
    partial: () async throws(DriverError) -> DriverError?
  ) async throws(DriverError) {
    guard let path = socket ?? AgentLogin.standardSocket else {
      throw DriverError(
        .unauthenticated,
        "there is no SSH agent: SSH_AUTH_SOCK is not set; give agent_socket, or start one",
        pointer: login.pointer
      )
    }
    let client: AgentClient
    let identities: [AgentMessages.Identity]
    do throws(DriverError) {
      client = try AgentClient(HostKeyInputs.expanded(path), loop)
      identities = try await self.identities(client, path, login, key, scope)
    } catch {
      var error = error
      if error.code == .unauthenticated { error.pointer = login.pointer }
      throw error
    }
    defer { client.close() }
    var unsigned: [String] = []
    for identity in identities where !client.isBroken {
      switch try await offer(identity, client, login, scope) {
      case .taken: return
      case .refused: break
      case .unsigned(let reason): unsigned.append("\(name(identity)): \(reason)")
      case .signedInVain: if let partial = try await partial() { throw partial }
      }
    }
    if client.isBroken, unsigned.isEmpty { unsigned = ["the SSH agent has failed"] }
    let count = "\(identities.count) \(identities.count == 1 ? "key" : "keys")"
    let names = identities.map(name).joined(separator: ", ")
    let reasons = unsigned.isEmpty ? "" : " (\(unsigned.joined(separator: "; ")))"
    throw DriverError(
      .unauthenticated,
      "\(host) takes none of the agent's \(count) for \(login.user): \(names)\(reasons)",
      pointer: login.pointer
    )
  }

  /// How long an agent may take to say which keys it has, in seconds: nobody has to be asked for that.
  private static let listSeconds = 5.0

  /// What becomes of a key that is offered.
  private enum Offer {
    case taken
    case refused
    /// The agent does not sign with it, for a reason.
    case unsigned(String)
    /// The server was shown a signature, and has not let the user in.
    case signedInVain
  }

  private static var standardSocket: String? {
    unsafe getenv("SSH_AUTH_SOCK").map { unsafe String(cString: $0) }
  }

  private func identities(
    _ client: AgentClient,
    _ path: String,
    _ login: LoginInputs.Login,
    _ key: String?,
    _ scope: Scope
  ) async throws(DriverError) -> [AgentMessages.Identity] {
    let limited = Scope(loop, in: scope)
    try limited.limit(
      AgentLogin.listSeconds,
      DriverError(.unauthenticated, "the SSH agent at \(path) does not answer")
    )
    defer { limited.unlimit() }
    let answer = try await client.ask(AgentMessages.requestIdentities(), limited)
    let all: [AgentMessages.Identity]
    do throws(AgentFault) {
      all = try AgentMessages.identities(answer)
    } catch {
      throw DriverError(.unauthenticated, "\(error)", pointer: login.pointer)
    }
    let chosen = all.filter { key == nil || $0.comment == key || fingerprint($0) == key }
    let wanted = chosen.filter { $0.isUsable(libraryVersion: SSHLibrary.version) }
    guard wanted.isEmpty else { return wanted }
    let message: String
    if all.isEmpty {
      message = "the SSH agent has no keys: add one with `ssh-add`"
    } else if chosen.isEmpty {
      message =
        "the SSH agent has no key \(key ?? ""); it has \(all.map(name).joined(separator: ", "))"
    } else {
      let types = chosen.map { "\(name($0)) (\($0.typeName.flatMap(KeyFault.shown) ?? "no type"))" }
      message =
        "the SSH agent has \(types.joined(separator: ", ")), which cannot be used: libssh2 \(SSHLibrary.versionText) takes no key of a token, no DSA key, and not every certificate; add an Ed25519, ECDSA or RSA key"
    }
    throw DriverError(.unauthenticated, message, pointer: login.pointer)
  }

  private func fingerprint(_ identity: AgentMessages.Identity) -> String {
    (try? PublicKey(blob: identity.publicBlob)).map { "\($0.fingerprint(SystemHashes()))" } ?? ""
  }

  private func name(_ identity: AgentMessages.Identity) -> String {
    identity.comment.isEmpty ? fingerprint(identity) : identity.comment
  }

  /// Offers a key.
  private func offer(
    _ identity: AgentMessages.Identity,
    _ client: AgentClient,
    _ login: LoginInputs.Login,
    _ scope: Scope
  ) async throws(DriverError) -> Offer {
    for blob in offers(identity) {
      let signing = Signing(identity, client, transport)
      let request = SignatureRequest { signing.answer($0) }
      let status: Int
      do throws(DriverError) {
        status = try await request.logIn(login.user, with: blob, transport, scope)
      } catch {
        var error = error
        if error.code == .timedOut, signing.isAwaited {
          error.message +=
            ": the SSH agent does not sign with \(name(identity)); see whether it asks somebody"
        }
        throw error
      }
      if status == 0 { return .taken }
      if let failure = request.failure { return .unsigned(failure) }
      if !transport.isLost {
        if Int32(clamping: status) == LIBSSH2_ERROR_AUTHENTICATION_FAILED { continue }
        if Int32(clamping: status) == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED { return .signedInVain }
      }
      var error = transport.failure(status, "\(host) ends the login of \(login.user)")
      error.pointer = login.pointer
      throw error
    }
    return .refused
  }

  /// The forms of a key that a server may take: libssh2 1.10 takes the algorithm from its type.
  private func offers(_ identity: AgentMessages.Identity) -> [[UInt8]] {
    guard SSHLibrary.version < 0x010B00, identity.typeName == RSAAlgorithm.sha1.rawValue else {
      return [identity.publicBlob]
    }
    let forms = RSAAlgorithm.offered(banner: transport.banner)
    return forms.compactMap { try? $0.renamed(identity.publicBlob) }
  }

  /// A signature that the agent makes while the library asks for it again and again.
  private final class Signing {
    private let identity: AgentMessages.Identity
    private let client: AgentClient
    private let transport: SSHTransport
    private var state: SignatureRequest.Answer?

    /// Whether the agent has been asked and has not answered.
    var isAwaited: Bool { if case .later = state { true } else { false } }

    init(
      _ identity: AgentMessages.Identity,
      _ client: AgentClient,
      _ transport: SSHTransport
    ) {
      self.identity = identity
      self.client = client
      self.transport = transport
    }

    func answer(_ request: [UInt8]) -> SignatureRequest.Answer {
      if let state { return state }
      state = .later
      begin(request)
      return .later
    }

    private func begin(_ request: [UInt8]) {
      guard let algorithm = (try? SignedRequest(request))?.algorithm else {
        state = .failed("what is to be signed is no login")
        return
      }
      do throws(AgentFault) {
        let question = try AgentMessages.signRequest(
          publicBlob: identity.publicBlob,
          data: request,
          algorithm: algorithm
        )
        client.ask(question) { [self] in
          state = Signing.read($0, algorithm)
          // Not now: the agent may fail while the library is in the middle of asking it.
          transport.goOnSoon()
        }
      } catch {
        state = .failed("\(error)")
      }
    }

    private static func read(
      _ answer: Result<[UInt8], DriverError>,
      _ algorithm: String
    ) -> SignatureRequest.Answer {
      switch answer {
      case .failure(let error): return .failed(error.message)
      case .success(let message):
        do throws(AgentFault) {
          return .signed(try AgentMessages.signature(message, algorithm: algorithm).bytes)
        } catch {
          return .failed("\(error)")
        }
      }
    }
  }
}

extension RSAAlgorithm {
  /// A public key with the name of this algorithm in the place of its type.
  func renamed(_ blob: [UInt8]) throws(WireFault) -> [UInt8] {
    var reader = WireReader(blob)
    _ = try reader.string()
    var writer = WireWriter()
    try writer.string(rawValue)
    writer.raw(blob[reader.offset...])
    return writer.bytes
  }
}
