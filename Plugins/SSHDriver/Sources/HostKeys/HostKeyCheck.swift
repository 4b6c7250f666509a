internal import CSSH2
internal import DriverKit
internal import LoopKit

/// Looks whether a server's key is the right one, before anybody logs in.
struct HostKeyCheck: Sendable {
  private let stop: AddressInputs.Stop
  private let known: KnownHosts
  private var address: HostAddress {
    HostAddress(host: stop.host, port: UInt16(clamping: stop.port))
  }

  /// Reads what is known of the server.
  ///
  /// - Throws: Why it cannot be read, or that the input says nothing.
  init(_ stop: AddressInputs.Stop) throws(DriverError) {
    self.stop = stop
    do throws(HostKeyFault) {
      known = try stop.policy.knownHosts()
    } catch {
      throw HostKeyCheck.error(error, stop)
    }
  }

  /// The algorithms in the order in which the server is to be asked for a key: those first whose key is known.
  ///
  /// - Parameter supported: What the library has.
  /// - Returns: The same algorithms.
  func preference(_ supported: [String]) -> [String] {
    let types = stop.policy.keyTypes(address, known, SystemHashes())
    return types.isEmpty ? [] : HostKeyAlgorithms.ordered(supported, knownTypes: types)
  }

  /// Decides about the key that the server has shown.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - loop: The loop.
  ///   - scope: How long a new key may take to be stored.
  /// - Throws: `.hostKey` with both fingerprints and what to do.
  /// - Returns: What a person should know; nil: nothing.
  func run(_ key: PublicKey, _ loop: Loop, _ scope: Scope) async throws(DriverError) -> String? {
    let decision: HostKeyPolicy.Decision
    do throws(HostKeyFault) {
      decision = try stop.policy.decide(
        host: stop.host,
        port: UInt16(clamping: stop.port),
        key: key,
        knownHosts: known,
        hashes: SystemHashes()
      )
    } catch {
      throw HostKeyCheck.error(error, stop)
    }
    switch decision {
    case .known, .pinned: return nil
    case .unchecked(let fingerprint):
      return "the host key of \(stop.name), \(fingerprint), was not looked at: hostkey is off"
    case .new(let file, let isHashed):
      let (address, stop) = (address, stop)
      let answer = try await Background.run(.disk, loop, scope) {
        () -> Result<String, DriverError> in
        do throws(HostKeyFault) {
          _ = try file.accept(address, key: key, isHashed: isHashed, SystemHashes())
          return .success(
            "the host key of \(stop.name), \(key.fingerprint(SystemHashes())), is new and was stored in \(file.path)"
          )
        } catch {
          return .failure(HostKeyCheck.error(error, stop))
        }
      }
      return try answer.get()
    }
  }

  /// Whether a key is one that is trusted already.
  func isTrusted(_ key: PublicKey) -> Bool {
    let decision = try? stop.policy.decide(
      host: stop.host,
      port: UInt16(clamping: stop.port),
      key: key,
      knownHosts: known,
      hashes: SystemHashes()
    )
    return switch decision {
    case .known, .pinned: true
    case .new, .unchecked, nil: false
    }
  }

  private static func error(_ fault: HostKeyFault, _ stop: AddressInputs.Stop) -> DriverError {
    DriverError(.hostKey, "\(fault)", pointer: "\(stop.pointer)/hostkey")
  }
}
