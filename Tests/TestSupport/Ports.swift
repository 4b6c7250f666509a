import Foundation

/// A TCP port of 127.0.0.1 that is free now, and that no earlier call has given.
///
/// Somebody else may take it before a server does: `ServerProcess` then tries another one.
package func freePort() throws -> Int {
  while true {
    let socket = try LoopbackSocket(listening: false)
    if Ports.given.with({ $0.insert(socket.port).inserted }) { return socket.port }
  }
}

private enum Ports {
  static let given = Locked<Set<Int>>([])
}

/// A TCP socket bound to a free port of 127.0.0.1.
final class LoopbackSocket: Sendable {
  let descriptor: Descriptor
  let port: Int

  /// Binds, and listens if asked to.
  ///
  /// A bound port that nobody listens on refuses connections.
  init(listening: Bool, backlog: Int32 = 128) throws {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw TestSupportError.system("socket", errno) }
    descriptor = Descriptor(number)
    var address = loopbackAddress(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withSocketAddress(&address) { bind(number, $0, length) }
    guard bound == 0 else { throw TestSupportError.system("bind", errno) }
    if listening, listen(number, backlog) != 0 { throw TestSupportError.system("listen", errno) }
    guard withSocketAddress(&address, { getsockname(number, $0, &length) }) == 0 else {
      throw TestSupportError.system("getsockname", errno)
    }
    port = Int(UInt16(bigEndian: address.sin_port))
  }
}

/// Connects to a port of 127.0.0.1.
package func connectToLoopback(_ port: Int) throws -> Descriptor {
  let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard number >= 0 else { throw TestSupportError.system("socket", errno) }
  let descriptor = Descriptor(number)
  var address = loopbackAddress(port: port)
  let connected = withSocketAddress(&address) {
    connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
  }
  guard connected == 0 else { throw TestSupportError.system("connect to port \(port)", errno) }
  return descriptor
}

private func loopbackAddress(port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
  return address
}

private func withSocketAddress<Result>(
  _ address: inout sockaddr_in,
  _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
  withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
  }
}
