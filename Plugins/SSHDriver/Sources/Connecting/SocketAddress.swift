internal import Glibc

/// An address of IPv4 or IPv6 with a port.
///
/// The corresponding C types are `sockaddr_in` and `sockaddr_in6`.
struct SocketAddress {
  private var storage = sockaddr_storage()
  private let size: socklen_t

  /// Its family: `AF_INET` or `AF_INET6`.
  var family: Int32 { Int32(storage.ss_family) }

  /// Reads an address; nil: it is none.
  ///
  /// - Parameters:
  ///   - text: Its numbers, with the zone of a link-local one behind a percent sign.
  ///   - port: The port, from 1 to 65535.
  init?(_ text: String, port: Int) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    // Of numbers nobody else is asked.
    guard unsafe getaddrinfo(text, "\(port)", &hints, &found) == 0, let found = unsafe found else {
      return nil
    }
    defer { unsafe freeaddrinfo(found) }
    guard let address = unsafe found.pointee.ai_addr else { return nil }
    size = unsafe found.pointee.ai_addrlen
    guard Int(size) <= MemoryLayout<sockaddr_storage>.size else { return nil }
    let count = Int(size)
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
    }
  }

  /// Connects a socket.
  ///
  /// - Returns: 0, or -1 with `errno`.
  func connect(_ descriptor: Int32) -> Int32 {
    unsafe withUnsafeBytes(of: storage) { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return unsafe Glibc.connect(descriptor, start.assumingMemoryBound(to: sockaddr.self), size)
    }
  }
}
