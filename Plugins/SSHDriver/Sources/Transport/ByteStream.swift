/// Where a session's bytes go and come from: a socket, or a channel of another session.
///
/// On the loop.
protocol ByteStream: AnyObject {
  /// A descriptor for functions that only look at one; the library neither reads nor writes it.
  var descriptor: Int32 { get }

  /// Is told when there may be something to read, or that the stream has ended.
  var onReadable: () -> Void { get set }

  /// Takes bytes that have come.
  ///
  /// - Returns: How many; 0: the peer has ended; nil: none have come; below 0: an errno, negated.
  func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int?

  /// Takes all bytes to be sent, in their order, now or later.
  ///
  /// - Returns: 0, or an errno, negated, once the stream has failed.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int

  /// How many bytes are to be sent still.
  var unsent: Int { get }

  /// Whether `onReadable` is wanted.
  func watch(_ isWanted: Bool)

  /// Ends it.
  func close()
}
