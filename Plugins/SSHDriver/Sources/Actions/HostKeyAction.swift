internal import CSSH2
internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `host_key`: the server's keys, to compare them and to pin one.
///
/// Nobody logs in.
struct HostKeyAction: SSHAction {
  init(_ call: Call) throws(DriverError) {}

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let way = try session.way()
    guard var target = way.stops.last else { return }
    // All hosts in front of it are logged in to as ever; the last one's key is only looked at.
    var jump: SSHConnection?
    defer { jump?.close() }
    if way.stops.count > 1 {
      var before = way
      before.stops.removeLast()
      jump = try await session.connector.connect(before, scope)
    }
    let known = try HostKeyCheck(target)
    target.policy = .off
    let connector = SSHConnector(loop: session.ownLoop, proxy: way.proxy) { _ in }
    var keys: [OutputValue] = []
    var banner = ""
    var failure: DriverError?
    for names in HostKeyAlgorithms.ofEachType(SSHLibrary.hostKeyAlgorithms) {
      var algorithms = way.algorithms
      algorithms.hostKey = names
      let limited = try connector.limited(way, scope)
      do throws(DriverError) {
        let connection = try await connector.open(target, jump, algorithms, limited)
        banner = connection.banner
        keys.append(HostKeyAction.output(connection.hostKey, target, known))
        // Without the hosts in front, which the next one needs too.
        connection.transport.close()
      } catch {
        try scope.check()
        // A server without a key of the type has nothing in common with us then.
        if error.code != .unsupported { throw error }
        failure = failure ?? error
      }
    }
    if keys.isEmpty, let failure { throw failure }
    try call.output("keys", .list(keys))
    try call.output("banner", .string(banner))
  }

  private static func output(
    _ key: PublicKey,
    _ stop: AddressInputs.Stop,
    _ known: HostKeyCheck
  ) -> OutputValue {
    let address = HostAddress(host: stop.host, port: UInt16(clamping: stop.port))
    return .map([
      ("type", .string(key.type)), ("bits", key.bits.map { .int(Int64($0)) } ?? .null),
      ("fingerprint", .string("\(key.fingerprint(SystemHashes()))")),
      ("known_host", OutputValue(KnownHostsLine.text(address, key: key))),
      ("is_known", .bool(known.isTrusted(key))),
    ])
  }
}
