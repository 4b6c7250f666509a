internal import CurlKit
internal import DriverKit

/// Of which version the engines are that the calls of one loop have asked for: found out once, however many calls wait.
final class EngineVersions {
  private struct Engine: Hashable {
    var url: String
    var namespace: String
    var path: String
  }

  private struct Known {
    var version: KVVersion
    var time: UInt64
  }

  /// What a call that asks for a version is told.
  enum Turn {
    case known(KVVersion)
    /// It is to find out itself, and to say what has come of it.
    case ask
  }

  /// For how long nobody asks again about an engine in which something was not found, in nanoseconds.
  private static let settledTime: UInt64 = 60_000_000_000

  private var known: [Engine: Known] = [:]
  /// Who waits for an engine that is being asked about.
  private var waiting: [Engine: [(id: Int, receive: (Turn) -> Void)]] = [:]
  private var lastID = 0

  /// Asks for the version of an engine; `receive` runs in here, or later unless it is cancelled.
  ///
  /// - Returns: What `cancel` takes.
  func get(_ inputs: VaultInputs, _ receive: @escaping (Turn) -> Void) -> Int {
    let engine = EngineVersions.engine(inputs)
    lastID += 1
    if let present = known[engine] {
      receive(.known(present.version))
    } else if waiting[engine] == nil {
      waiting[engine] = []
      receive(.ask)
    } else {
      waiting[engine]?.append((lastID, receive))
    }
    return lastID
  }

  /// Takes back that somebody waits.
  func cancel(_ id: Int, _ inputs: VaultInputs) {
    waiting[EngineVersions.engine(inputs)]?.removeAll { $0.id == id }
  }

  /// Says what has come of asking; nil: nothing, so that the next one who waits asks.
  func found(_ version: KVVersion?, _ inputs: VaultInputs) {
    let engine = EngineVersions.engine(inputs)
    guard let waiters = waiting[engine] else { return }
    if let version {
      // Engines are the callers', so there is no limit to how many there are.
      if known.count >= 1000 { known.removeAll() }
      known[engine] = Known(version: version, time: monotonicNanoseconds())
      waiting[engine] = nil
      for waiter in waiters { waiter.receive(.known(version)) }
    } else if let next = waiters.first {
      waiting[engine]?.removeFirst()
      next.receive(.ask)
    } else {
      waiting[engine] = nil
    }
  }

  /// Says that something was not found: the engine may have been made anew, with another version.
  func doubt(_ inputs: VaultInputs) {
    let engine = EngineVersions.engine(inputs)
    guard let present = known[engine] else { return }
    if monotonicNanoseconds() - present.time > EngineVersions.settledTime { known[engine] = nil }
  }

  private static func engine(_ inputs: VaultInputs) -> Engine {
    Engine(url: inputs.identity.url, namespace: inputs.namespace, path: inputs.engine)
  }
}
