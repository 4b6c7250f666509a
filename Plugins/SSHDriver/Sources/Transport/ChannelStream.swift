internal import CSSH2
internal import DriverKit
internal import Glibc
internal import TransferKit

/// The bytes of a connection that another host makes for us: the way through a jump host.
final class ChannelStream: ByteStream {
  var onReadable: () -> Void = {}
  private let channel: SSHChannel
  private let transport: SSHTransport
  /// What the server has no room for yet.
  private var outgoing: [UInt8] = []
  private var isReadWanted = false
  private var isWatching = false
  private var isClosed = false
  private var failure = 0

  init(_ channel: SSHChannel) {
    self.channel = channel
    transport = channel.transport
  }

  deinit { close() }

  var descriptor: Int32 { transport.stream.descriptor }

  var unsent: Int { outgoing.count }

  func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard !isClosed else { return 0 }
    let count = unsafe channel.read(.output, into: buffer)
    if count > 0 { return count }
    if count == Int(LIBSSH2_ERROR_EAGAIN) || count == 0 { return channel.isAtEnd ? 0 : nil }
    return -Int(ECONNRESET)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard failure == 0, !isClosed else { return failure == 0 ? -Int(EPIPE) : failure }
    unsafe outgoing.append(contentsOf: bytes)
    flush()
    return failure
  }

  private func flush() {
    var done = 0
    while done < outgoing.count {
      let count = unsafe outgoing.withUnsafeBytes {
        unsafe channel.write(UnsafeRawBufferPointer(rebasing: $0[done...]))
      }
      if count <= 0 {
        if count != 0, count != Int(LIBSSH2_ERROR_EAGAIN) { failure = -Int(ECONNRESET) }
        break
      }
      done += count
    }
    outgoing.removeFirst(done)
    listen()
  }

  func watch(_ isWanted: Bool) {
    isReadWanted = isWanted
    listen()
  }

  /// Stands among those who wait for something of the other session, as long as there is something to wait for.
  private func listen() {
    guard !isWatching, !isClosed, isReadWanted || !outgoing.isEmpty else { return }
    isWatching = true
    // Not now: whoever asks for it is in the middle of something.
    transport.goOn({ [weak self] in self?.happened() ?? 0 }, then: { _ in })
  }

  private func happened() -> Int {
    guard !isClosed, isReadWanted || !outgoing.isEmpty else {
      isWatching = false
      return 0
    }
    if !outgoing.isEmpty { flush() }
    if isReadWanted { onReadable() }
    return Int(LIBSSH2_ERROR_EAGAIN)
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    channel.end()
  }
}
