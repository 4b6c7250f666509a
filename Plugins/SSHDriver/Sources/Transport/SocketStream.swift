internal import DriverKit
internal import Glibc

/// The bytes of a TCP connection.
///
/// Bytes that the system does not take are kept: the library must never hear of a packet that was sent in part, since
/// it would refuse to send another one before that.
@safe
final class SocketStream: ByteStream {
  let descriptor: Int32
  var onReadable: () -> Void = {}
  private var watch: Watch?
  private var events: Loop.Events = []
  private var isReadWanted = false
  /// What is to be sent, from `sent` on.
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var failure = 0
  private var isClosed = false

  /// Takes over a socket that is connected and does not block.
  ///
  /// - Throws: That the loop cannot watch it; it is closed then.
  init(_ descriptor: Int32, _ loop: Loop) throws(DriverError) {
    self.descriptor = descriptor
    do throws(DriverError) {
      watch = try loop.watch(descriptor, for: []) { [weak self] events in self?.happened(events) }
    } catch {
      isClosed = true
      _ = Glibc.close(descriptor)
      throw error
    }
    // Packets are written whole: there is nothing to wait for.
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  deinit { close() }

  /// Has the system find out whether a silent peer is still there: a connection that is not is in error a minute later.
  ///
  /// The corresponding C options are `SO_KEEPALIVE`, those of tcp(7) and `TCP_USER_TIMEOUT`.
  ///
  /// - Parameter seconds: After how long a silence; 0: never.
  func keepAlive(_ seconds: Int) {
    guard seconds > 0 else { return }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, CInt(clamping: seconds))
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    // What was sent and never acknowledged counts as silence too, in milliseconds.
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, CInt(clamping: (seconds + 60) * 1000))
  }

  private func set(_ level: Int32, _ name: Int32, _ value: CInt) {
    var value = value
    unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
  }

  var unsent: Int { outgoing.count - sent }

  func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    unsafe receive(buffer, 0)
  }

  /// Looks at bytes that have come, and leaves them there for whoever receives next.
  ///
  /// The corresponding C flag is `MSG_PEEK`.
  ///
  /// - Returns: As of `receive`.
  func peek(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    unsafe receive(buffer, Int32(MSG_PEEK))
  }

  private func receive(_ buffer: UnsafeMutableRawBufferPointer, _ flags: Int32) -> Int? {
    while watch != nil {
      let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, flags)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      case let number: return -Int(number)
      }
    }
    return 0
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard failure == 0, watch != nil else { return failure == 0 ? -Int(EPIPE) : failure }
    var bytes = unsafe bytes
    if unsent == 0 {
      let count = unsafe write(bytes)
      if failure != 0 { return failure }
      unsafe bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
    guard unsafe !bytes.isEmpty else { return 0 }
    unsafe outgoing.append(contentsOf: bytes)
    listen()
    return 0
  }

  /// Writes what the system takes, and says how much that was.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    var done = 0
    while done < bytes.count {
      let count = unsafe Glibc.send(
        descriptor,
        bytes.baseAddress.map { unsafe $0 + done },
        bytes.count - done,
        Int32(MSG_NOSIGNAL)
      )
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        if errno != EAGAIN { failure = -Int(errno) }
        break
      }
    }
    return done
  }

  func watch(_ isWanted: Bool) {
    isReadWanted = isWanted
    listen()
  }

  private func listen() {
    var wanted: Loop.Events = []
    if isReadWanted { wanted.insert(.readable) }
    if unsent > 0 { wanted.insert(.writable) }
    guard wanted != events else { return }
    events = wanted
    do throws(DriverError) {
      try watch?.change(to: wanted)
    } catch {
      failure = -Int(EIO)
    }
  }

  private func happened(_ events: Loop.Events) {
    if events.contains(.writable) || events.contains(.hangup), unsent > 0 { flush() }
    if isReadWanted { onReadable() }
  }

  private func flush() {
    sent += unsafe outgoing.withUnsafeBytes {
      unsafe write(UnsafeRawBufferPointer(rebasing: $0[sent...]))
    }
    if failure != 0 || sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.count < 1 << 20)
      sent = 0
    } else if sent > 1 << 20 {
      outgoing.removeFirst(sent)
      sent = 0
    }
    listen()
  }

  func close() {
    watch?.end()
    watch = nil
    guard !isClosed else { return }
    isClosed = true
    _ = Glibc.close(descriptor)
  }
}
