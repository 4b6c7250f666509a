import Foundation

/// A TCP server on a free port of 127.0.0.1 that does what no good server does.
package final class TCPFaultServer: Sendable {
  /// What it does with a connection.
  package enum Fault: Sendable {
    /// Nobody listens: connections are refused.
    case refuses
    /// Connections are never made: the first packet gets no answer.
    case neverConnects
    /// Takes a connection and says nothing.
    case stalls
    /// Takes a connection, waits for its first bytes and resets it.
    case resets
    /// Sends bytes once a request's head has come, then does as told.
    case sends([UInt8], then: End)
    /// Sends bytes one by one, with a pause before each, then closes.
    case drips([UInt8], pause: Duration)
    /// Runs a function with each connection, on a thread of its own.
    case runs(@Sendable (Connection) -> Void)

    /// Half of an HTTP answer's head, then nothing or an end.
    package static func halfHead(then end: End = .stalls) -> Fault {
      .sends(Array("HTTP/1.1 200 OK\r\nContent-Ty".utf8), then: end)
    }

    /// An HTTP answer that promises more of a body than it sends.
    package static func shortBody(promised: Int, sent: Int, then end: End) -> Fault {
      let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(promised)\r\n\r\n"
      return .sends(Array(head.utf8) + [UInt8](repeating: 0x78, count: sent), then: end)
    }

    /// Bytes that are no HTTP.
    package static var nonsense: Fault {
      .sends(Array("\u{1}\u{2}\u{3} this is not HTTP\r\n\r\n".utf8), then: .closes)
    }
  }

  /// What follows what was sent.
  package enum End: Sendable {
    case closes, resets, stalls
  }

  /// A connection, for the functions of `Fault.runs`.
  package final class Connection: Sendable {
    private let descriptor: Descriptor

    fileprivate init(_ number: Int32) {
      descriptor = Descriptor(number)
    }

    /// Waits for bytes: empty at the end, nil once the server stops or the connection breaks.
    package func read() -> [UInt8]? { descriptor.read() }

    /// Sends bytes; false when the other side has gone.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool { descriptor.write(bytes) }

    /// Sends text; false when the other side has gone.
    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Waits for the empty line that ends a request's head, and returns all that came.
    package func readHead() -> String {
      var bytes: [UInt8] = []
      let end = Array("\r\n\r\n".utf8)
      while !bytes.contains(end), let more = read(), !more.isEmpty { bytes += more }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits until the other side or the server ends it.
    package func stall() {
      while let bytes = read(), !bytes.isEmpty {}
    }

    /// Ends it by a reset.
    package func reset() { descriptor.reset() }

    /// Ends it properly.
    package func close() { descriptor.close() }

    fileprivate func shutDown() { descriptor.shutDown() }
  }

  private struct State {
    var stopped = false
    var connections: [ObjectIdentifier: Connection] = [:]
    var count = 0
    var heads: [String] = []
  }

  package var port: Int { socket.port }
  package var url: String { "http://127.0.0.1:\(port)" }
  /// How many connections it has taken.
  package var connectionCount: Int { state.with { $0.count } }
  /// The heads of the requests that `sends` and `drips` have read.
  package var requestHeads: [String] { state.with { $0.heads } }

  private let socket: LoopbackSocket
  private let state = Locked(State())
  private let threads = DispatchGroup()
  /// Fills the queue of a port that nobody accepts from.
  private let fillers: [Descriptor]

  /// Starts a server.
  package init(_ fault: Fault) throws {
    switch fault {
    case .refuses:
      socket = try LoopbackSocket(listening: false)
      fillers = []
    case .neverConnects:
      // A queue of length 0 holds one connection. Once it is full, Linux drops what asks for more.
      socket = try LoopbackSocket(listening: true, backlog: 0)
      fillers = [try connectToLoopback(socket.port)]
    default:
      socket = try LoopbackSocket(listening: true)
      fillers = []
      accept(fault)
    }
  }

  deinit {
    stop()
  }

  /// Ends all connections and waits for its threads.
  package func stop() {
    let connections = state.with { state in
      state.stopped = true
      return Array(state.connections.values)
    }
    shutdown(socket.descriptor.number, Int32(SHUT_RDWR))
    for connection in connections { connection.shutDown() }
    threads.wait()
    socket.descriptor.close()
    for filler in fillers { filler.close() }
  }

  private func accept(_ fault: Fault) {
    let listener = socket.descriptor.number
    let state = state
    let threads = threads
    Self.run(in: threads) {
      while true {
        let number = Foundation.accept(listener, nil, nil)
        if number < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard number >= 0 else { return }
        let connection = Connection(number)
        let refused = state.with { state in
          state.count += 1
          if !state.stopped { state.connections[ObjectIdentifier(connection)] = connection }
          return state.stopped
        }
        guard !refused else { return }
        Self.run(in: threads) {
          Self.serve(connection, fault, state)
          connection.close()
          state.with { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
        }
      }
    }
  }

  private static func run(in threads: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    threads.enter()
    Thread.detachNewThread {
      body()
      threads.leave()
    }
  }

  private static func serve(_ connection: Connection, _ fault: Fault, _ state: Locked<State>) {
    switch fault {
    case .refuses, .neverConnects: break
    case .stalls: connection.stall()
    case .resets:
      // Before they have come, the other side may still be inside its connect.
      _ = connection.read()
      connection.reset()
    case .runs(let body): body(connection)
    case .sends(let bytes, let end):
      let head = connection.readHead()
      state.with { $0.heads.append(head) }
      connection.write(bytes)
      switch end {
      case .closes: break
      case .stalls: connection.stall()
      case .resets:
        // A reset throws away what has not been read yet: let it arrive first.
        usleep(50_000)
        connection.reset()
      }
    case .drips(let bytes, let pause):
      let head = connection.readHead()
      state.with { $0.heads.append(head) }
      let microseconds = UInt32(pause / .microseconds(1))
      for byte in bytes {
        usleep(microseconds)
        if !connection.write([byte]) || state.with({ $0.stopped }) { return }
      }
    }
  }
}
