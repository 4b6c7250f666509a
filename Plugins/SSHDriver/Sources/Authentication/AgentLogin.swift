internal import CSSH2
internal import DriverKit
internal import Glibc

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
  /// - Throws: Why none of the keys lets the user in.
  func run(
    _ login: LoginInputs.Login,
    socket: String?,
    key: String?,
    _ scope: Scope
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
      identities = try await self.identities(client, login, key, scope)
    } catch {
      var error = error
      if error.code == .unauthenticated { error.pointer = login.pointer }
      throw error
    }
    defer { client.close() }
    for identity in identities where try await offer(identity, client, login, scope) {
      return
    }
    throw DriverError(
      .unauthenticated,
      "\(host) takes none of the agent's \(identities.count) keys for \(login.user): \(identities.map(name).joined(separator: ", "))",
      pointer: login.pointer
    )
  }

  private static var standardSocket: String? {
    unsafe getenv("SSH_AUTH_SOCK").map { unsafe String(cString: $0) }
  }

  private func identities(
    _ client: AgentClient,
    _ login: LoginInputs.Login,
    _ key: String?,
    _ scope: Scope
  ) async throws(DriverError) -> [AgentMessages.Identity] {
    let answer = try await client.ask(AgentMessages.requestIdentities(), scope)
    let all: [AgentMessages.Identity]
    do throws(AgentFault) {
      all = try AgentMessages.identities(answer)
    } catch {
      throw DriverError(.unauthenticated, "\(error)", pointer: login.pointer)
    }
    let wanted = all.filter {
      $0.isUsable(libraryVersion: SSHLibrary.version)
        && (key == nil || $0.comment == key || fingerprint($0) == key)
    }
    guard wanted.isEmpty else { return wanted }
    throw DriverError(
      .unauthenticated,
      all.isEmpty
        ? "the SSH agent has no keys: add one with `ssh-add`"
        : "the SSH agent has no key \(key ?? ""); it has \(all.map(name).joined(separator: ", "))",
      pointer: login.pointer
    )
  }

  private func fingerprint(_ identity: AgentMessages.Identity) -> String {
    (try? PublicKey(blob: identity.publicBlob)).map { "\($0.fingerprint(SystemHashes()))" } ?? ""
  }

  private func name(_ identity: AgentMessages.Identity) -> String {
    identity.comment.isEmpty ? fingerprint(identity) : identity.comment
  }

  /// Offers a key; false: the server does not take it.
  private func offer(
    _ identity: AgentMessages.Identity,
    _ client: AgentClient,
    _ login: LoginInputs.Login,
    _ scope: Scope
  ) async throws(DriverError) -> Bool {
    for blob in AgentLogin.offers(identity) {
      let signing = Signing(identity, client, transport)
      let request = SignatureRequest { signing.answer($0) }
      let status = try await request.logIn(login.user, with: blob, transport, scope)
      if status == 0 { return true }
      if let failure = request.failure {
        throw DriverError(.unauthenticated, failure, pointer: login.pointer)
      }
      switch Int32(clamping: status) {
      case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: continue
      default: throw transport.failure(status, "\(host) ends the login of \(login.user)")
      }
    }
    return false
  }

  /// The forms of a key that a server may take: libssh2 1.10 takes the algorithm from its type.
  private static func offers(_ identity: AgentMessages.Identity) -> [[UInt8]] {
    guard SSHLibrary.version < 0x010B00, identity.typeName == RSAAlgorithm.sha1.rawValue,
      let renamed = try? RSAAlgorithm.sha512.renamed(identity.publicBlob)
    else { return [identity.publicBlob] }
    return [renamed, identity.publicBlob]
  }

  /// A signature that the agent makes while the library asks for it again and again.
  private final class Signing {
    private let identity: AgentMessages.Identity
    private let client: AgentClient
    private let transport: SSHTransport
    private var state: SignatureRequest.Answer?

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
          transport.pump()
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
