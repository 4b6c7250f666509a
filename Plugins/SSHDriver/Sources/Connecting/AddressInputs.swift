internal import DriverKit

/// The way to a server: the server itself, and the hosts that the way leads through.
struct AddressInputs: Sendable {
  /// One server on the way.
  struct Stop: Sendable {
    var host: String
    var port: Int
    var logins: [LoginInputs.Login]
    var policy: HostKeyPolicy
    /// Where its inputs stand: empty for the call's own.
    var pointer: String

    /// For messages.
    var name: String { port == 22 ? host : "\(host) port \(port)" }

    /// Reads a server's inputs.
    init(_ inputs: borrowing InputMap, at pointer: String) throws(DriverError) {
      host = try inputs.required("host").string()
      port = try inputs["port"]?.int(in: 1...65535) ?? 22
      logins = try LoginInputs.logins(inputs, at: pointer)
      policy = try HostKeyInputs.policy(inputs, at: pointer)
      self.pointer = pointer
    }
  }

  /// In the order of the way; the last one is the server that is meant.
  var stops: [Stop]
  /// What the connection to the first of them goes through; nil: straight.
  var proxy: Proxy?
  var algorithms: AlgorithmInputs
  /// In seconds, for the whole way.
  var timeout: Double
  /// In seconds; 0: nothing is asked.
  var keepAlive: Int

  /// Reads the x-session inputs.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    stops = []
    if let list = try inputs["jump"]?.list() {
      for index in 0..<list.count {
        stops.append(try Stop(try list[index].map(), at: "/jump/\(index)"))
      }
    }
    stops.append(try Stop(inputs, at: ""))
    if let map = try inputs["proxy"]?.map() { proxy = try Proxy(map) }
    algorithms = try AlgorithmInputs(inputs)
    timeout = try inputs["connect_timeout"]?.double() ?? 30
    keepAlive = try inputs["keep_alive"]?.int(in: 0...86400) ?? 60
  }
}
