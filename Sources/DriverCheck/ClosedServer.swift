internal import DriverHost
internal import Glibc

/// A port of this machine that leads nowhere: what a driver is sent to in the place of its server.
final class ClosedServer: Sendable {
  /// What becomes of a connection.
  enum Manner: Sendable, CaseIterable {
    /// It is refused.
    case refuses
    /// It is taken, and nothing is ever said.
    case stalls
  }

  /// The port, on 127.0.0.1.
  let port: Int
  /// What is bound to the port; where it listens, the system takes connections, and nobody reads them.
  private let descriptor: Int32

  /// - Throws: `HostError` where the system gives no port.
  init(_ manner: Manner) throws(HostError) {
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(made, address, size) == 0 && getsockname(made, address, &size) == 0
      }
    }
    guard made >= 0, isBound, manner == .refuses || listen(made, 1024) == 0 else {
      throw HostError(
        .unavailable,
        stage: .input,
        "this machine gives no port on 127.0.0.1: \(systemMessage(errno))"
      )
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    // A port that is bound and not listened on stays nobody else's.
    descriptor = made
  }

  deinit { close(descriptor) }
}
