internal import CLinux
internal import DriverHost
internal import Glibc

/// A port of 127.0.0.1, which is nobody else's as long as this lives.
final class LoopbackSocket: Sendable {
  /// Wakes a thread that polls: see eventfd(2).
  final class Wake: Sendable {
    let descriptor: Int32

    init() throws(HostError) {
      descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
      guard descriptor >= 0 else {
        throw HostError(
          .unavailable,
          stage: .input,
          "this machine has no descriptor left: \(systemMessage(errno))"
        )
      }
    }

    func wake() {
      var one: UInt64 = 1
      unsafe _ = write(descriptor, &one, 8)
    }

    deinit { close(descriptor) }
  }

  let port: Int
  let descriptor: Int32

  /// Binds a port; connections to it are refused unless it listens.
  ///
  /// - Throws: `HostError` where the system gives none.
  init(listens: Bool) throws(HostError) {
    let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    var address = LoopbackSocket.address(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(made, address, size) == 0 && getsockname(made, address, &size) == 0
      }
    }
    guard made >= 0, isBound, !listens || listen(made, 1024) == 0 else {
      let reason = systemMessage(errno)
      if made >= 0 { close(made) }
      throw HostError(
        .unavailable,
        stage: .input,
        "this machine gives no port on 127.0.0.1: \(reason)"
      )
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    descriptor = made
  }

  deinit { close(descriptor) }

  private static func address(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    return address
  }

  /// A connection to a server: a descriptor, or nil where there is none to be had within 2 seconds.
  static func connect(to server: ServerAddress) -> Int32? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(server.host, String(server.port), &hints, &list) == 0 else {
      return nil
    }
    defer { unsafe freeaddrinfo(list) }
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      unsafe next = entry.ai_next
      let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      let made = unsafe socket(entry.ai_family, entry.ai_socktype | flags, entry.ai_protocol)
      guard made >= 0 else { continue }
      if unsafe Glibc.connect(made, entry.ai_addr, entry.ai_addrlen) == 0 || errno == EINPROGRESS {
        var wait = pollfd(fd: made, events: Int16(POLLOUT), revents: 0)
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        if unsafe poll(&wait, 1, 2000) == 1,
          unsafe getsockopt(made, SOL_SOCKET, SO_ERROR, &failure, &size) == 0, failure == 0
        {
          return made
        }
      }
      close(made)
    }
    return nil
  }
}
