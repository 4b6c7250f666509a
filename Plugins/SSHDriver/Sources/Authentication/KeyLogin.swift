internal import CSSH2
internal import DriverKit
internal import Glibc
internal import LoopKit

/// Logs in with a private key.
///
/// On the loop; a key is read and decrypted off it.
struct KeyLogin {
  let transport: SSHTransport
  let loop: Loop
  /// The host, for messages.
  let host: String

  /// Logs in.
  ///
  /// - Parameters:
  ///   - login: Whom.
  ///   - key: The key as it is given.
  ///   - scope: How long.
  ///   - partial: Is asked when a signature was not enough: why, if another login is wanted as well.
  /// - Throws: What is wrong with the key, or that the server does not take it.
  func run(
    _ login: LoginInputs.Login,
    _ key: LoginInputs.KeyInputs,
    _ scope: Scope,
    partial: () async throws(DriverError) -> DriverError?
  ) async throws(DriverError) {
    let version = SSHLibrary.version
    let planned = try await Background.run(.processor, loop, scope) { KeyLogin.plan(key, version) }
    let plan: KeyPlan
    switch planned {
    case .failure(let fault):
      throw DriverError(.unauthenticated, "\(fault.message)", pointer: login.pointer)
    case .success(let made): plan = made
    }
    let (status, blob, certificate) =
      switch plan {
      case .library(let key):
        (try await offer(key, login, scope), key.publicBlob, key.certificate)
      case .rsa(let signer): try await offer(signer, version, login, scope)
      }
    if status == 0 { return }
    // The server has looked at a signature, and is still there.
    if Int32(clamping: status) == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, !transport.isLost,
      let partial = try await partial()
    {
      throw partial
    }
    throw refusal(status, login, blob, certificate)
  }

  /// Why a key cannot be used.
  private struct Refusal: Error {
    let message: String
  }

  private static func plan(
    _ key: LoginInputs.KeyInputs,
    _ version: Int
  ) -> Result<KeyPlan, Refusal> {
    do {
      let text =
        try key.text.map { SecretBytes($0) } ?? read(HostKeyInputs.expanded(key.file ?? ""))
      return .success(
        try KeyPlan(
          text: text,
          certificate: key.certificate.map { Array($0.utf8) },
          passphrase: key.passphrase.map { SecretBytes($0) },
          libraryVersion: version
        )
      )
    } catch {
      let file = key.file.map { "\($0): " } ?? ""
      return .failure(Refusal(message: "\(file)\((error as? Refusal)?.message ?? "\(error)")"))
    }
  }

  private static func read(_ path: String) throws(Refusal) -> SecretBytes {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard file >= 0 else {
      throw Refusal(message: "the key cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
    defer { _ = close(file) }
    // No key is longer; what is no file has no end perhaps.
    var bytes = [UInt8](repeating: 0, count: 128 << 10)
    var count = 0
    while count < bytes.count {
      let more = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(file, $0.baseAddress.map { unsafe $0 + count }, $0.count - count)
      }
      if more < 0, errno == EINTR { continue }
      guard more >= 0 else {
        throw Refusal(message: "the key cannot be read: \(unsafe String(cString: strerror(errno)))")
      }
      if more == 0 { break }
      count += more
    }
    defer { SecretBytes.wipe(&bytes) }
    return SecretBytes(Array(bytes[..<count]))
  }

  // MARK: - What the server is offered

  private func offer(
    _ key: KeyPlan.LibraryKey,
    _ login: LoginInputs.Login,
    _ scope: Scope
  ) async throws(DriverError) -> Int {
    let (session, name) = unsafe (transport.handle, Array(login.user.utf8))
    return try await transport.run(scope) {
      key.privateText.withBytes { secret in
        unsafe name.withUnsafeBytes { name in
          unsafe key.publicText.withUnsafeBytes { open in
            unsafe secret.withUnsafeBytes { secret in
              Int(
                unsafe libssh2_userauth_publickey_frommemory(
                  session,
                  name.baseAddress?.assumingMemoryBound(to: CChar.self),
                  name.count,
                  open.baseAddress?.assumingMemoryBound(to: CChar.self),
                  open.count,
                  secret.baseAddress?.assumingMemoryBound(to: CChar.self),
                  // The zero byte behind it does not count.
                  secret.count - 1,
                  nil
                )
              )
            }
          }
        }
      }
    }
  }

  private func offer(
    _ signer: RSASigner,
    _ version: Int,
    _ login: LoginInputs.Login,
    _ scope: Scope
  ) async throws(DriverError) -> (status: Int, blob: [UInt8], certificate: KeyCertificate?) {
    let (offers, plain) = try offers(signer, version, login)
    var status = Int(LIBSSH2_ERROR_AUTHENTICATION_FAILED)
    for blob in offers {
      let request = SignatureRequest { request in
        do throws(KeyFault) {
          return .signed(try signer.signature(of: request))
        } catch {
          return .failed("\(error)")
        }
      }
      status = try await request.logIn(login.user, with: blob, transport, scope)
      if let failure = request.failure {
        throw DriverError(.unauthenticated, failure, pointer: login.pointer)
      }
      // A form that is taken is the last one that is offered.
      guard Int32(clamping: status) == LIBSSH2_ERROR_AUTHENTICATION_FAILED, !transport.isLost
      else { break }
    }
    return (status, plain, signer.certificate)
  }

  /// The forms of a key to offer, and the key itself for messages.
  private func offers(
    _ signer: RSASigner,
    _ version: Int,
    _ login: LoginInputs.Login
  ) throws(DriverError) -> (offers: [[UInt8]], plain: [UInt8]) {
    do throws(WireFault) {
      let offers = try signer.offers(libraryVersion: version, banner: transport.banner)
      return (offers, try signer.publicBlob())
    } catch {
      // No key that a signer takes is too long for the wire: the fault would be ours, and no refusal of the key's.
      throw DriverError(.internal, "the key cannot be offered: \(error)", pointer: login.pointer)
    }
  }

  private func refusal(
    _ status: Int,
    _ login: LoginInputs.Login,
    _ blob: [UInt8],
    _ certificate: KeyCertificate?
  ) -> DriverError {
    var error = transport.failure(status, "\(host) does not let \(login.user) log in by the key")
    if error.code == .unauthenticated, !transport.isLost {
      // It is the key's own, not a certificate's, which would have to be read for it.
      let key = Fingerprint(digest: SystemHashes().sha256(blob))
      let advice =
        certificate.map { ": \($0.objection(to: login.user, at: UInt64(max(0, time(nil)))))" }
        ?? ": see whether it is in authorized_keys there"
      error.message = "\(host) does not take the key \(key) of \(login.user)\(advice)"
    }
    error.pointer = login.pointer
    return error
  }
}
