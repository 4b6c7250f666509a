internal import DriverHost
internal import Glibc

/// The connections of a `FaultProxy`, on its thread.
struct FaultRelay: ~Copyable {
  /// A connection of a driver, and the one behind it to its server.
  private struct Pair {
    var driver: Int32
    /// Below 0 where there is none.
    var server: Int32
    /// What the driver sent and the server has not taken yet, and the other way round.
    var forServer: [UInt8] = []
    var forDriver: [UInt8] = []
    var driverHasEnded = false
    var serverHasEnded = false
    var isNew = true
  }

  /// What is neither text, nor a length that is short, nor the beginning of any protocol in use.
  private static let junk: [UInt8] =
    [0x01, 0xFE, 0x00, 0x80, 0xFF, 0x0A, 0x0D, 0x0A] + Array("~junk~\r\n".utf8)

  private let listener: LoopbackSocket
  private let end: LoopbackSocket.Wake
  private let manner: FaultProxy.Manner
  private let target: ServerAddress?
  private let count: ((inout FaultProxy.Counts) -> Void) -> Void
  private var pairs: [Pair] = []
  /// Bytes that came from the server, over all connections.
  private var received = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(
    _ listener: LoopbackSocket,
    _ end: LoopbackSocket.Wake,
    _ manner: FaultProxy.Manner,
    _ target: ServerAddress?,
    count: @escaping ((inout FaultProxy.Counts) -> Void) -> Void
  ) {
    self.listener = listener
    self.end = end
    self.manner = manner
    self.target = target
    self.count = count
  }

  /// Serves until it is woken by `end`.
  mutating func run() {
    while true {
      var entries = [
        pollfd(fd: end.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      for pair in pairs {
        entries.append(
          entry(
            pair.driver,
            reads: pair.forServer.isEmpty && !pair.driverHasEnded,
            writes: canSend(pair)
          )
        )
        entries.append(
          entry(
            pair.server,
            reads: pair.forDriver.isEmpty && !pair.serverHasEnded,
            writes: !pair.forServer.isEmpty
          )
        )
      }
      // A drip has its time; everything else has its event.
      let isDripping =
        if case .drips = manner { pairs.contains { !$0.forDriver.isEmpty } } else { false }
      guard unsafe poll(&entries, nfds_t(entries.count), isDripping ? 1 : -1) >= 0 || errno == EINTR
      else { break }
      if entries[0].revents != 0 { break }
      for index in pairs.indices.reversed() {
        let isOpen = serve(index, entries[2 + 2 * index].revents, entries[3 + 2 * index].revents)
        if !isOpen { drop(index) }
      }
      if entries[1].revents != 0 { accept() }
    }
    for index in pairs.indices.reversed() { drop(index) }
  }

  private func entry(_ descriptor: Int32, reads: Bool, writes: Bool) -> pollfd {
    let events = Int16((reads ? POLLIN : 0) | (writes ? POLLOUT : 0))
    return pollfd(fd: descriptor, events: events, revents: 0)
  }

  private var passesAll: Bool {
    switch manner {
    case .passes, .drips: true
    case .silent, .junk, .resets, .closes, .stalls: false
    }
  }

  private func canSend(_ pair: Pair) -> Bool {
    if case .drips = manner { return false }
    return !pair.forDriver.isEmpty
  }

  private mutating func accept() {
    let made = Glibc.accept(listener.descriptor, nil, nil)
    guard made >= 0 else { return }
    _ = fcntl(made, F_SETFD, FD_CLOEXEC)
    _ = fcntl(made, F_SETFL, O_NONBLOCK)
    count {
      $0.accepted += 1
      $0.open += 1
    }
    var pair = Pair(driver: made, server: -1)
    switch manner {
    case .silent: break
    case .junk: pair.forDriver = FaultRelay.junk
    case .passes, .drips, .resets, .closes, .stalls:
      pair.server = target.flatMap(LoopbackSocket.connect) ?? -1
      pair.serverHasEnded = pair.server < 0
    }
    pairs.append(pair)
  }

  /// Moves what there is; false where the connection is at its end.
  private mutating func serve(_ index: Int, _ driver: Int16, _ server: Int16) -> Bool {
    if driver & Int16(POLLIN | POLLHUP | POLLERR) != 0, pairs[index].forServer.isEmpty {
      let got = unsafe recv(pairs[index].driver, &buffer, buffer.count, 0)
      if got == 0 {
        if pairs[index].driverHasEnded || !passesAll || pairs[index].server < 0 { return false }
        // It may still want to hear the answer.
        pairs[index].driverHasEnded = true
        shutdown(pairs[index].server, Int32(SHUT_WR))
      } else if got < 0, errno != EAGAIN {
        return false
      } else if got > 0 {
        let isTLS = buffer[0] == 0x16 && got > 1 && buffer[1] == 0x03
        if pairs[index].isNew, isTLS { count { $0.isEncrypted = true } }
        pairs[index].isNew = false
        if pairs[index].server >= 0 { pairs[index].forServer = Array(buffer[..<got]) }
      }
    }
    if server & Int16(POLLIN | POLLHUP | POLLERR) != 0, pairs[index].forDriver.isEmpty,
      !pairs[index].serverHasEnded
    {
      let got = unsafe recv(pairs[index].server, &buffer, buffer.count, 0)
      if got > 0 {
        if !take(got, index) { return false }
      } else if got == 0 || errno != EAGAIN {
        pairs[index].serverHasEnded = true
      }
    }
    if !pairs[index].forServer.isEmpty {
      FaultRelay.send(&pairs[index].forServer, to: pairs[index].server, .max)
    }
    if !pairs[index].forDriver.isEmpty {
      let limit = if case .drips(let count) = manner { count } else { Int.max }
      if !FaultRelay.send(&pairs[index].forDriver, to: pairs[index].driver, limit) { return false }
    }
    let isAllSaid = pairs[index].serverHasEnded || manner == .junk
    return !(isAllSaid && pairs[index].forDriver.isEmpty)
  }

  /// Takes bytes of the server, as far as the driver is to get them; false where that is the end of the
  /// connection.
  private mutating func take(_ got: Int, _ index: Int) -> Bool {
    let before = received
    received += got
    count { $0.received += got }
    func part(_ limit: Int) -> ArraySlice<UInt8> { buffer[..<max(0, min(got, limit - before))] }
    switch manner {
    case .resets(let limit) where received > limit:
      var rest = Array(part(limit))
      FaultRelay.send(&rest, to: pairs[index].driver, .max)
      FaultRelay.makeReset(pairs[index].driver)
      return false
    case .closes(let limit) where received > limit:
      var rest = Array(part(limit))
      FaultRelay.send(&rest, to: pairs[index].driver, .max)
      return false
    case .stalls(let limit): pairs[index].forDriver = Array(part(limit))
    default: pairs[index].forDriver = Array(buffer[..<got])
    }
    return true
  }

  private mutating func drop(_ index: Int) {
    close(pairs[index].driver)
    if pairs[index].server >= 0 { close(pairs[index].server) }
    pairs.remove(at: index)
    count { $0.open -= 1 }
  }

  /// Sends from the front of some bytes; false where the other side has gone.
  @discardableResult
  private static func send(_ bytes: inout [UInt8], to descriptor: Int32, _ limit: Int) -> Bool {
    let sent = unsafe Glibc.send(descriptor, bytes, min(bytes.count, limit), Int32(MSG_NOSIGNAL))
    if sent > 0 { bytes.removeFirst(sent) }
    return sent >= 0 || errno == EAGAIN
  }

  /// Has `close` send a reset: see SO_LINGER in socket(7).
  private static func makeReset(_ descriptor: Int32) {
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_LINGER,
      &atOnce,
      socklen_t(MemoryLayout<linger>.size)
    )
  }
}
