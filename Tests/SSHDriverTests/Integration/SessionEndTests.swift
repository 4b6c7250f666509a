import CSSH2
import Glibc
import TestSupport
import Testing

@testable import SSHDriver

@Suite("The end of a session", .requiresLogins, .requires(.sshd))
struct SessionEndTests {
  @Test("leaves no memory of its logins, also none that the library has lost")
  func memory() async throws {
    #expect(SSHLibrary.begin() == 0)
    let stream = try LoopbackStream(try await SSHServer.shared.port)
    let context = SessionContext(stream)
    let session = try #require(unsafe context.makeSession())
    #expect(unsafe libssh2_session_handshake(session, stream.descriptor) == 0)
    context.stage = .login
    let user = LoginUser.tester
    for _ in 0..<2 {
      // Up to 1.11.1 the library loses the answer that came before.
      let length = UInt32(user.name.utf8.count)
      #expect(unsafe libssh2_userauth_list(session, user.name, length) != nil)
      #expect(password(session, "wrong") == LIBSSH2_ERROR_AUTHENTICATION_FAILED)
    }
    #expect(password(session, try #require(user.password)) == 0)
    #expect(context.memory.count > 0)
    context.isSilent = true
    unsafe context.free(session)
    #expect(context.memory.count == 0)
  }

  private func password(_ session: OpaquePointer, _ password: String) -> Int32 {
    let user = LoginUser.tester.name
    return unsafe libssh2_userauth_password_ex(
      session,
      user,
      UInt32(user.utf8.count),
      password,
      UInt32(password.utf8.count),
      nil
    )
  }
}

/// A connection to this machine that is waited for.
private final class LoopbackStream: ByteStream {
  var onReadable: () -> Void = {}
  let unsent = 0
  private let connection: Descriptor

  init(_ port: Int) throws { connection = try connectToLoopback(port) }

  var descriptor: Int32 { connection.number }

  func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    // The library has made the socket one that does not wait.
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&wanted, 1, 60_000) == 1 else { return nil }
    let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
    return count < 0 ? -Int(errno) : count
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    connection.write(unsafe Array(bytes)) ? 0 : -Int(EPIPE)
  }

  func watch(_ isWanted: Bool) {}

  func close() { connection.close() }
}
