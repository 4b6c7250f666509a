import Foundation

/// Passes TCP connections on to a port of 127.0.0.1, until it is told to cut them, or to let nothing through.
package final class TCPProxy: Sendable {
  private struct State {
    /// The ends of what goes through: those of clients, and those of the server.
    var ends: [Descriptor] = []
    var passed = 0
    var limit = Int.max
    /// Nothing goes through any more once so many bytes have come from the server.
    var holdLimit = Int.max
    var isHeld = false
    var isRefusing = false
    /// How long what comes from the server waits for more, in microseconds.
    var gathering: UInt32 = 0
  }

  package var port: Int { socket.port }
  /// How many bytes have come from the server.
  package var passed: Int { state.with { $0.passed } }

  private let socket: LoopbackSocket
  private let target: Locked<Int>
  private let state = Locked(State())

  /// Starts a proxy to a port.
  package init(to port: Int) throws {
    socket = try LoopbackSocket(listening: true)
    target = Locked(port)
    let (listener, state, target) = (socket.descriptor, state, target)
    Thread.detachNewThread {
      while true {
        let number = accept(listener.number, nil, nil)
        if number < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard number >= 0 else { return }
        let client = Descriptor(number)
        guard !state.with({ $0.isRefusing }),
          let server = try? connectToLoopback(target.with { $0 })
        else {
          client.close()
          continue
        }
        state.with { $0.ends += [client, server] }
        Self.pass(from: client, to: server, state, counts: false)
        Self.pass(from: server, to: client, state, counts: true)
      }
    }
  }

  deinit {
    stop()
  }

  /// Ends all connections; new ones are passed on.
  package func cut() { Self.cut(state) }

  /// Ends all connections once so many more bytes have come from the server.
  package func cut(after bytes: Int) { state.with { $0.limit = $0.passed + bytes } }

  /// Lets nothing through in either direction, and closes nothing; new connections are taken and held as well.
  package func hold() { state.with { $0.isHeld = true } }

  /// Lets nothing through once so many more bytes have come from the server.
  package func hold(after bytes: Int) { state.with { $0.holdLimit = $0.passed + bytes } }

  /// Lets all through again.
  package func goOn() { state.with { ($0.isHeld, $0.holdLimit) = (false, .max) } }

  /// Has what comes from the server wait for so many seconds, and go on at once with all that has come meanwhile.
  package func gather(_ seconds: Double) { state.with { $0.gathering = UInt32(seconds * 1e6) } }

  /// Ends new connections at once, or no longer.
  package func refuse(_ isRefusing: Bool = true) { state.with { $0.isRefusing = isRefusing } }

  /// Passes new connections on to another port.
  package func lead(to port: Int) { target.with { $0 = port } }

  /// Ends all connections and takes no more.
  package func stop() {
    state.with { $0.isRefusing = true }
    shutdown(socket.descriptor.number, Int32(SHUT_RDWR))
    cut()
  }

  private static func cut(_ state: Locked<State>) {
    let ends = state.with { state in
      defer {
        (state.ends, state.limit, state.holdLimit, state.isHeld) = ([], .max, .max, false)
      }
      return state.ends
    }
    // Whoever reads from them closes them.
    for end in ends { shutdown(end.number, Int32(SHUT_RDWR)) }
  }

  private static func pass(
    from source: Descriptor,
    to target: Descriptor,
    _ state: Locked<State>,
    counts: Bool
  ) {
    Thread.detachNewThread {
      while var bytes = source.read(upTo: 16_384), !bytes.isEmpty {
        if counts { gather(&bytes, from: source, state) }
        let mustCut = state.with { state in
          if counts { state.passed += bytes.count }
          if state.passed >= state.holdLimit { state.isHeld = true }
          return state.passed >= state.limit
        }
        while state.with({ $0.isHeld }) { usleep(2000) }
        if mustCut {
          cut(state)
          break
        }
        guard target.write(bytes) else { break }
      }
      shutdown(target.number, Int32(SHUT_RDWR))
      shutdown(source.number, Int32(SHUT_RDWR))
      state.with { $0.ends.removeAll { $0 === source || $0 === target } }
    }
  }

  private static func gather(
    _ bytes: inout [UInt8],
    from source: Descriptor,
    _ state: Locked<State>
  ) {
    let time = state.with { $0.gathering }
    guard time > 0 else { return }
    usleep(time)
    var wanted = pollfd(fd: source.number, events: Int16(POLLIN), revents: 0)
    while poll(&wanted, 1, 0) > 0, let more = source.read(upTo: 16_384), !more.isEmpty {
      bytes += more
    }
  }
}
