internal import DriverHost
internal import Glibc

/// A server of this machine that does what no good server does, or stands between a driver and its own server and
/// does it there.
///
/// One thread, which waits with poll(2) for all of its connections.
final class FaultProxy: Sendable {
  /// What becomes of a connection.
  enum Manner: Sendable, Hashable {
    /// It is taken, and nothing is ever said.
    case silent
    /// It gets bytes that are no protocol's, and is closed.
    case junk
    /// All is passed on, both ways.
    case passes
    /// All is passed on until so many bytes have come from the server; then connections are reset.
    case resets(after: Int)
    /// The same; then they are closed as if all were said.
    case closes(after: Int)
    /// The same; then nothing more comes.
    case stalls(after: Int)
    /// What comes from the server is passed on by so many bytes each millisecond.
    case drips(Int)
  }

  /// What was seen.
  struct Counts: Sendable {
    /// Connections that were made to it.
    var accepted = 0
    /// Those that the driver has not ended.
    var open = 0
    /// Bytes that came from the server.
    var received = 0
    /// Whether the first bytes of a connection were those of TLS: a handshake record (RFC 8446, 5.1).
    var isEncrypted = false
  }

  /// The port, on 127.0.0.1.
  let port: Int
  private let counts = Lock(Counts())
  private let end: LoopbackSocket.Wake
  private let ended = Monitor()
  private let isEnded = Lock(false)

  /// Starts one.
  ///
  /// - Parameters:
  ///   - manner: What it does.
  ///   - target: The server behind it, for manners that pass something on.
  /// - Throws: `HostError` where the system gives no port or thread.
  init(_ manner: Manner, target: ServerAddress? = nil) throws(HostError) {
    let listener = try LoopbackSocket(listens: true)
    port = listener.port
    let end = try LoopbackSocket.Wake()
    self.end = end
    let (counts, ended, isEnded) = (counts, ended, isEnded)
    try Thread.start(name: "check-proxy") {
      var relay = FaultRelay(listener, end, manner, target) { change in
        counts.withLock { change(&$0) }
      }
      relay.run()
      ended.lock()
      isEnded.withLock { $0 = true }
      ended.broadcast()
      ended.unlock()
    }
  }

  /// What was seen until now.
  var now: Counts { counts.withLock { $0 } }

  /// Ends all connections, and waits for that.
  func stop() {
    end.wake()
    ended.lock()
    while !isEnded.withLock({ $0 }) { ended.wait() }
    ended.unlock()
  }

  deinit { end.wake() }
}
