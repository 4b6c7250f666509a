internal import DriverKit
internal import LoopKit

/// A connection's one client of SFTP, which is begun when a call first needs it.
///
/// On the loop. Where the server allows no further channel, one that nobody uses makes room for a program.
final class SFTPAccess {
  private var client: SFTPClient?
  private let making = Making()
  private weak var opener: ChannelOpener?

  init(_ opener: ChannelOpener) {
    self.opener = opener
    opener.whenFull = { [weak self] in self?.giveWay() }
  }

  /// The client, for a call that counts as one of its users until ``leave(_:)``.
  ///
  /// - Parameters:
  ///   - connection: Whose this is.
  ///   - loop: The loop.
  ///   - scope: How long it may take to begin.
  /// - Throws: Why there is none.
  /// - Returns: The client.
  func enter(
    _ connection: SSHConnection,
    _ loop: Loop,
    _ scope: Scope
  ) async throws(DriverError) -> SFTPClient {
    try await making.value(scope) {
      guard let client, client.failure == nil, !client.isSilent else { return nil }
      client.users += 1
      return client
    } make: { () async throws(DriverError) in
      let made = try await SFTPClient.open(connection, loop, scope)
      client = made
      made.users += 1
      return made
    }
  }

  /// Says that a call needs its client no more, and whether it has waited for an answer in vain.
  func leave(_ client: SFTPClient, wasDisappointed: Bool) {
    client.users -= 1
    if wasDisappointed { client.disappointed -= 1 }
    client.endIfGivenUp()
    // A call may end after its connection has gone.
    if opener?.isFull == true { giveWay() }
  }

  private func giveWay() {
    guard let client, client.users == 0 else { return }
    self.client = nil
    client.retire()
  }
}
