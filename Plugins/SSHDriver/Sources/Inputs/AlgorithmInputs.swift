internal import CSSH2
internal import DriverKit

/// Which algorithms a session may use.
struct AlgorithmInputs: Sendable {
  /// In the order of preference; empty: what the library prefers.
  var keyExchange: [String] = []
  var hostKey: [String] = []
  var cipher: [String] = []
  var mac: [String] = []
  var isCompressed = false

  init() {}

  /// Reads the input `algorithms`.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    guard let map = try inputs["algorithms"]?.map() else { return }
    keyExchange = try AlgorithmInputs.names(map["key_exchange"])
    hostKey = try AlgorithmInputs.names(map["host_key"])
    cipher = try AlgorithmInputs.names(map["cipher"])
    mac = try AlgorithmInputs.names(map["mac"])
    isCompressed = try map["compression"]?.bool() ?? false
  }

  private static func names(_ value: borrowing InputValue?) throws(DriverError) -> [String] {
    guard let list = try value?.list() else { return [] }
    var names: [String] = []
    for index in 0..<list.count { names.append(try list[index].string()) }
    return names
  }

  /// `LIBSSH2_METHOD_KEX` and the like, with the names and the input that they come from.
  var preferences: [(kind: Int32, names: [String], pointer: String)] {
    [
      (LIBSSH2_METHOD_KEX, keyExchange, "/algorithms/key_exchange"),
      (LIBSSH2_METHOD_HOSTKEY, hostKey, "/algorithms/host_key"),
      (LIBSSH2_METHOD_CRYPT_CS, cipher, "/algorithms/cipher"),
      (LIBSSH2_METHOD_CRYPT_SC, cipher, "/algorithms/cipher"),
      (LIBSSH2_METHOD_MAC_CS, mac, "/algorithms/mac"),
      (LIBSSH2_METHOD_MAC_SC, mac, "/algorithms/mac"),
    ]
  }
}
