internal import CSSH2
internal import DriverKit
internal import LoopKit

/// Opens channels of a session, one at a time, and as many at once as the server allows.
///
/// The library has room for one request only, and one that was begun has to be finished. A server that has enough
/// refuses (`MaxSessions` of OpenSSH): then the next one is opened once one was closed. Some servers can bear one only.
/// On the loop.
@safe
final class ChannelOpener {
  private let transport: SSHTransport
  private var isBusy = false
  private var turns: [Waiting<Bool>] = []
  /// How many are open.
  private(set) var count = 0
  /// How many the server can bear.
  private let bearable: Int
  /// Whether a server that can bear few may still be about to look at its channels, for one that it has closed.
  private var isUnsettled = false
  /// How many the server allows; not known before it has refused one.
  private var most = Int.max
  private var hasClosed = false
  /// When the server has refused one last, by the clock.
  private var mostSince = 0.0
  /// For how many seconds a refusal is taken to hold.
  private static let trust = 10.0
  private static let mostAttempts = 20
  /// In bytes.
  private static let wideWindow: UInt32 = 4 << 20
  /// Is told when somebody has to wait for a channel to be closed.
  var whenFull: () -> Void = {}
  /// Whether somebody waits for a channel to be closed.
  var isFull: Bool { count >= min(most, bearable) && !turns.isEmpty }

  /// What a channel is for.
  enum Kind: Equatable {
    /// Programs, and subsystems with little to say at once.
    case session
    /// Files: as much as a fast link of some 20 ms has on its way may come before anybody asks for more.
    case files
    /// A connection that the server makes to another host.
    case connection(host: String, port: Int)
    /// Nothing that a server has: its answer tells that it has done what it had to do before.
    case none

    /// Whether the server may have enough of them.
    var isCounted: Bool { self == .session || self == .files }
  }

  /// For a server that has said what it is.
  init(_ transport: SSHTransport) {
    self.transport = transport
    bearable = ChannelOpener.bearable(banner: transport.banner)
  }

  /// Opens a channel.
  ///
  /// - Parameters:
  ///   - kind: What for.
  ///   - scope: How long it may take, with the time that it waits for another one to be closed.
  /// - Throws: Why there is none.
  /// - Returns: The channel.
  func open(_ kind: Kind = .session, _ scope: Scope) async throws(DriverError) -> SSHChannel {
    guard let channel = try await opened(kind, scope, waits: true) else {
      throw DriverError(.internal, "no channel was opened")
    }
    return channel
  }

  /// Opens a channel for a program in front of all who wait for one.
  ///
  /// - Throws: Why the server opens none.
  /// - Returns: The channel; nil: the server has as many as it allows.
  func openNow(_ scope: Scope) async throws(DriverError) -> SSHChannel? {
    try await opened(.session, scope, waits: false)
  }

  /// Whether the server has not answered a request yet.
  var isUnanswered: Bool { isBusy }

  private func opened(
    _ kind: Kind,
    _ scope: Scope,
    waits: Bool
  ) async throws(DriverError) -> SSHChannel? {
    var attempts = 0
    while true {
      guard try await turn(scope, waits: waits) else { return nil }
      let opened = Opened()
      let status: Int
      var asked = Kind.none
      do throws(DriverError) {
        if isUnsettled, kind.isCounted {
          _ = try await opening(asked, opened, scope)
          isUnsettled = false
        }
        asked = kind
        status = try await opening(asked, opened, scope)
      } catch {
        // The library goes on with it whatever the caller wants.
        abandon(asked, opened)
        throw error
      }
      isBusy = false
      if let handle = unsafe opened.handle {
        count += 1
        most = max(most, count)
        next()
        return unsafe SSHChannel(handle, of: transport) { [weak self] in self?.wasClosed() }
      }
      guard status == Int(LIBSSH2_ERROR_CHANNEL_FAILURE), kind.isCounted,
        count > 0 || hasClosed && attempts < ChannelOpener.mostAttempts
      else {
        next()
        throw refused(kind, status)
      }
      if count > 0 {
        (most, mostSince) = (count, Loop.now())
        guard waits else {
          next()
          return nil
        }
      } else {
        // A server may count a channel a little longer than until it has closed it.
        attempts += 1
        next()
        try await scope.loop.sleep(0.02, scope)
      }
    }
  }

  @safe
  private final class Opened {
    var handle: OpaquePointer?
  }

  private func attempt(_ kind: Kind, _ opened: Opened) -> Int {
    let session = unsafe transport.handle
    switch kind {
    case .session, .files:
      unsafe opened.handle = unsafe libssh2_channel_open_ex(
        session,
        "session",
        7,
        kind == .files ? ChannelOpener.wideWindow : cssh2_window,
        cssh2_packet,
        nil,
        0
      )
    case .connection(let host, let port):
      unsafe opened.handle = unsafe libssh2_channel_direct_tcpip_ex(
        session,
        host,
        Int32(clamping: port),
        "127.0.0.1",
        22
      )
    case .none:
      let name = "none@drivers"
      unsafe opened.handle = unsafe libssh2_channel_open_ex(
        session,
        name,
        UInt32(name.utf8.count),
        cssh2_window,
        cssh2_packet,
        nil,
        0
      )
    }
    return if unsafe opened.handle == nil { transport.code } else { 0 }
  }

  private func opening(
    _ kind: Kind,
    _ opened: Opened,
    _ scope: Scope
  ) async throws(DriverError) -> Int {
    try await transport.run(scope) { [self] in attempt(kind, opened) }
  }

  /// Goes on with a request that nobody waits for any more, and lets go of what comes of it.
  private func abandon(_ kind: Kind, _ opened: Opened) {
    transport.goOn { [self] in
      attempt(kind, opened)
    } then: { [self] _ in
      isBusy = false
      if let handle = unsafe opened.handle { unsafe transport.free(channel: handle) }
      next()
    }
  }

  /// Waits for the turn to ask; false: there is no room, and nobody wants to wait for that.
  private func turn(_ scope: Scope, waits: Bool) async throws(DriverError) -> Bool {
    while isBusy || isAtLimit {
      guard waits || !isAtLimit else { return false }
      let waiting = Waiting<Bool>()
      if waits { turns.append(waiting) } else { turns.insert(waiting, at: 0) }
      if isFull { whenFull() }
      do throws(DriverError) {
        _ = try await waiting.value(scope)
      } catch {
        turns.removeAll { $0 === waiting }
        // It may have been this one's turn already.
        next()
        throw error
      }
    }
    isBusy = true
    return true
  }

  /// Whether there are as many as the server allows; now and then that is found out anew.
  private var isAtLimit: Bool {
    if count >= bearable { return true }
    return count >= most
      && (count > most || Loop.now() - mostSince < ChannelOpener.trust)
  }

  private func next() {
    guard !isBusy, !isAtLimit, !turns.isEmpty else { return }
    turns.removeFirst().finish(.success(true))
  }

  private func wasClosed() {
    count -= 1
    hasClosed = true
    isUnsettled = bearable < .max
    // A server that allows more now than before is found out by trying.
    if count == 0 { most = .max }
    next()
  }

  private func refused(_ kind: Kind, _ status: Int) -> DriverError {
    switch kind {
    case .session, .files, .none: transport.failure(status, "the server opens no channel")
    case .connection(let host, let port):
      transport.failure(status, "the server makes no connection to \(host):\(port)")
    }
  }
}
