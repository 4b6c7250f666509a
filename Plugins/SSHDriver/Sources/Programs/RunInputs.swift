internal import DriverKit

/// What the actions that run programs are told, beside what is run.
struct RunInputs {
  var stdin: [UInt8]
  /// Whether more comes down the channel.
  var hasChannel: Bool
  /// Whether the action has channels for the program's output.
  var hasOutputChannels: Bool
  var environment: [(name: String, value: String)]
  var workingDirectory: String?
  var hasTerminal: Bool
  var sudo: SudoSettings?
  var sudoPassword: String?
  /// In seconds.
  var timeout: Double
  /// In seconds; nil: a program may be silent as long as it likes.
  var idleTimeout: Double?
  var expected: Set<Int32>
  var filters: OutputFilters
  var limit: Int
  var encoding: TextEncodingTable

  /// The channels of the actions.
  enum Channel {
    static let stdin = 0
    static let stdout = 1
    static let stderr = 2
  }

  /// Reads the inputs.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - hasChannels: Whether its action has channels for the program.
  /// - Throws: What is wrong with them.
  init(_ call: Call, hasChannels: Bool = true) throws(DriverError) {
    let inputs = call.inputs
    stdin = Array(try (inputs["stdin"]?.string() ?? "").utf8)
    hasChannel = hasChannels && call.isWanted(Channel.stdin)
    hasOutputChannels = hasChannels
    guard stdin.isEmpty || !hasChannel else {
      throw DriverError(
        .invalidInput,
        "there is input in stdin and in stdin_file: leave one of both out",
        pointer: "/stdin"
      )
    }
    environment = []
    if let map = try inputs["env"]?.map() {
      for index in 0..<map.count {
        environment.append(
          (String(map.name(at: index)), map.value(at: index).scalarText() ?? "")
        )
      }
    }
    workingDirectory = try inputs["cwd"]?.string()
    hasTerminal = try inputs["pty"]?.bool() ?? false
    if let map = try inputs["sudo"]?.map() {
      sudoPassword = try map["password"]?.string()
      sudo = SudoSettings(user: try map["user"]?.string(), hasPassword: sudoPassword != nil)
    }
    timeout = try inputs["script_timeout"]?.double() ?? 60
    idleTimeout = try inputs["idle_timeout"]?.double()
    expected = [0]
    if let list = try inputs["expected_retcode"]?.list() {
      expected = []
      for index in 0..<list.count { expected.insert(Int32(try list[index].int(in: 0...255))) }
    }
    filters = OutputFilters(
      ansiEscapes: try inputs["remove_ansi_escapes"]?.bool() ?? true,
      carriageReturns: try inputs["remove_cr"]?.bool() ?? true
    )
    limit = try inputs["max_output"]?.int(in: 1024...104_857_600) ?? 1 << 20
    encoding = TextEncodingTable(try inputs["encoding"]?.string() ?? "utf-8") ?? .utf8
  }
}
