internal import CurlKit
package import DriverKit

/// Names of hosts and their addresses, looked up by the host's resolver and kept for a short time.
///
/// libcurl would look names up on a thread for each. It is given the addresses by CURLOPT_RESOLVE
/// instead, which puts them into its own cache, for one port at a time; there they expire long after
/// they have here.
package final class NameCache {
  package typealias Answer = Result<[String], DriverError>

  /// How long addresses are taken for current.
  private static let lifetime: UInt64 = 30_000_000_000
  private struct Entry {
    var addresses: [String]
    var time: UInt64
    /// The ports that libcurl has these addresses for.
    var ports: Set<UInt16> = []
  }

  /// What waits for one name.
  private final class Pending {
    var lookup: Lookup?
    var waiters: [(id: Int, receive: (Answer) -> Void)] = []
  }

  private let loop: Loop
  private var entries: [String: Entry] = [:]
  private var pending: [String: Pending] = [:]
  private var lastID = 0

  package init(_ loop: Loop) { self.loop = loop }

  /// The addresses of a name, if they are known; empty otherwise.
  package func known(_ name: String) -> [String] {
    guard let entry = entries[name] else { return [] }
    if monotonicNanoseconds() - entry.time < NameCache.lifetime { return entry.addresses }
    entries[name] = nil
    return []
  }

  /// The line for CURLOPT_RESOLVE; nil where libcurl has the addresses already.
  ///
  /// - Parameters:
  ///   - name: The host's name in ASCII.
  ///   - port: The port to be connected to.
  ///   - addresses: What the name has.
  /// - Returns: `+NAME:PORT:ADDRESS,…`
  package func pin(_ name: String, port: UInt16, _ addresses: [String]) -> String? {
    if addresses.isEmpty || entries[name]?.ports.contains(port) == true { return nil }
    // libcurl takes no address with a zone here; nearly always there is another one.
    let plain = addresses.filter { !$0.utf8.contains(UInt8(ascii: "%")) }
    let texts = (plain.isEmpty ? addresses : plain).map {
      $0.utf8.contains(UInt8(ascii: ":")) ? "[\($0)]" : $0
    }
    return "+\(name):\(port):\(texts.joined(separator: ","))"
  }

  /// Notes that libcurl has taken a line for the addresses.
  package func noted(_ name: String, port: UInt16, _ addresses: [String]) {
    guard let entry = entries[name], entry.addresses == addresses else { return }
    entries[name]?.ports.insert(port)
  }

  /// Looks a name up once for all who wait for it; `receive` runs later, unless it is cancelled.
  ///
  /// - Parameters:
  ///   - name: The host's name in ASCII.
  ///   - receive: Takes the addresses, or why there are none.
  /// - Returns: What `cancel` takes.
  /// - Throws: Why the look-up cannot begin.
  package func lookUp(_ name: String, _ receive: @escaping (Answer) -> Void) throws(DriverError)
    -> Int
  {
    lastID += 1
    let id = lastID
    if let waiting = pending[name] {
      waiting.waiters.append((id, receive))
      return id
    }
    let waiting = Pending()
    waiting.lookup = try loop.resolve(name) { [unowned self] answer in
      received(answer, for: name)
    }
    waiting.waiters.append((id, receive))
    pending[name] = waiting
    return id
  }

  /// Takes back that somebody waits for a name.
  ///
  /// The look-up goes on while others wait for it.
  package func cancel(_ id: Int, of name: String) {
    guard let waiting = pending[name] else { return }
    waiting.waiters.removeAll { $0.id == id }
    if waiting.waiters.isEmpty { pending[name] = nil }
  }

  /// Forgets a name's addresses, because none of them could be connected to.
  package func forget(_ name: String) { entries[name] = nil }

  private func received(_ answer: Answer, for name: String) {
    guard let waiting = pending.removeValue(forKey: name) else { return }
    if case .success(let addresses) = answer {
      // Names are the caller's, so there is no limit to how many there are.
      if entries.count >= 1000 { entries.removeAll() }
      entries[name] = Entry(addresses: addresses, time: monotonicNanoseconds())
    }
    for waiter in waiting.waiters { waiter.receive(answer) }
  }
}
