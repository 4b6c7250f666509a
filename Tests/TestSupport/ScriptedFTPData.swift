import Foundation

/// The data connection of a session of `ScriptedFTPServer`.
///
/// It is made when something is to go over it. All that waits ends when the server is stopped, and
/// no wait for a connection takes longer than 20 seconds.
final class ScriptedFTPData {
  private let state: Locked<ScriptedFTPServer.State>
  private var listener: LoopbackSocket?
  /// Fills the queue of a port that nobody accepts from.
  private var filler: Descriptor?
  /// Where the client listens, for active transfers.
  private var target: Int?
  private var connection: Descriptor?

  init(_ state: Locked<ScriptedFTPServer.State>) {
    self.state = state
  }

  /// Opens a port, in place of what was there, and returns its number.
  func listen(_ kind: ScriptedFTPServer.Listener) -> Int? {
    close()
    switch kind {
    case .listens: listener = try? LoopbackSocket(listening: true)
    case .refuses: listener = try? LoopbackSocket(listening: false)
    case .neverConnects:
      // As TCPFaultServer does it: a queue of length 0 holds one connection, and is full then.
      listener = try? LoopbackSocket(listening: true, backlog: 0)
      filler = listener.flatMap { try? connectToLoopback($0.port) }
    }
    return listener?.port
  }

  /// Connects to the client later, at the port of an argument of PORT or EPRT.
  func connectsTo(_ argument: String) -> Bool {
    close()
    if argument.hasPrefix("|") {
      target = argument.split(separator: "|").last.flatMap { Int($0) }
    } else {
      let numbers = argument.split(separator: ",").compactMap { Int($0) }
      target = numbers.count == 6 ? numbers[4] * 256 + numbers[5] : nil
    }
    return target != nil
  }

  /// Sends bytes; false when the other side has gone, or never came.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool { connected()?.write(bytes) ?? false }

  /// Takes what comes, until the end or so many bytes have come.
  func receive(atLeast count: Int = .max) -> [UInt8] {
    var bytes: [UInt8] = []
    guard let connection = connected() else { return bytes }
    while bytes.count < count, let more = connection.read(), !more.isEmpty { bytes += more }
    return bytes
  }

  /// Closes the connection and the port.
  func close() { end { $0.close() } }

  /// Resets the connection, and closes the port.
  func reset() {
    // A reset throws away what has not been read yet: let it arrive first.
    usleep(50_000)
    end { $0.reset() }
  }

  private func end(_ body: (Descriptor) -> Void) {
    if let connection {
      state.with { state in state.data.removeAll { $0 === connection } }
      body(connection)
    }
    listener?.descriptor.close()
    (listener, filler, target, connection) = (nil, nil, nil, nil)
  }

  private func connected() -> Descriptor? {
    if let connection { return connection }
    guard let made = accepted() else { return nil }
    let isStopped = state.with { state in
      state.data.append(made)
      return state.isStopped
    }
    // Whoever stops the server has not seen this one.
    if isStopped { made.shutDown() }
    connection = made
    return made
  }

  private func accepted() -> Descriptor? {
    if let target { return try? connectToLoopback(target) }
    guard let listener else { return nil }
    let limit = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < limit, !state.with({ $0.isStopped }) {
      var wanted = pollfd(fd: listener.descriptor.number, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 20) > 0 else { continue }
      let number = accept(listener.descriptor.number, nil, nil)
      return number < 0 ? nil : Descriptor(number)
    }
    return nil
  }
}
