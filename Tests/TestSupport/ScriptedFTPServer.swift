/// A server for FTP on 127.0.0.1 that answers as a test tells it, and else as a good server does.
///
/// It speaks no TLS, lets everybody in, and holds a few files in one flat folder. A rule says what it
/// does in place of that for some commands:
///
///     try ScriptedFTPServer(rules: [
///       .on("RETR", .reply("150 Here it comes"), .send(half), .resetData, .reply("426 Gone")),
///       .once("STOR", .reply("552 No room")),
///       .on("PASV", .passive(address: "192.0.2.1")),
///     ])
package final class ScriptedFTPServer: Sendable {
  /// A step of an answer.
  package enum Action: Sendable {
    /// Sends a reply; a line break is put behind it, and CR before each.
    case reply(String)
    /// Sends bytes on the control connection as they are.
    case raw([UInt8])
    /// Does what the server does without rules.
    case usual
    case pause(Duration)
    /// Closes the control connection.
    case close
    /// Resets the control connection.
    case reset
    /// Opens a port for data, and tells it as 227 or 229, whichever was asked for.
    case openData(Passive)
    /// Waits for the data connection, and sends bytes on it.
    case send([UInt8])
    /// Waits for the data connection, and takes all that comes.
    case receive
    /// Waits for the data connection, and takes so many bytes at least.
    case receiveSome(Int)
    case closeData
    case resetData
    /// Runs a function with the control connection and the command.
    case runs(@Sendable (TCPFaultServer.Connection, String) -> Void)

    /// Opens a port for data on which somebody listens or not.
    package static func passive(_ listener: Listener) -> Action {
      .openData(Passive(address: "127.0.0.1", listener: listener))
    }

    /// Opens a port for data, and tells another address than its own in 227.
    package static func passive(address: String) -> Action {
      .openData(Passive(address: address, listener: .listens))
    }

    /// Sends text on the data connection.
    package static func send(_ text: String) -> Action { .send(Array(text.utf8)) }
  }

  /// What listens on a port for data.
  package enum Listener: Sendable {
    case listens
    /// Nobody: connections are refused.
    case refuses
    /// Connections are never made: the first packet gets no answer.
    case neverConnects
  }

  /// A port for data, and where it is said to be.
  package struct Passive: Sendable {
    package var address: String
    package var listener: Listener
  }

  /// What it does for some commands.
  package struct Rule: Sendable {
    /// The command's beginning in capital letters; nil: the begin of a connection.
    fileprivate var prefix: String?
    fileprivate var actions: [Action]
    /// How often it counts; nil: always.
    fileprivate var rest: Int?

    /// For each command that begins like this; with no actions there is no answer.
    package static func on(_ prefix: String, _ actions: Action...) -> Rule {
      on(prefix, actions)
    }

    /// The same.
    package static func on(_ prefix: String, _ actions: [Action]) -> Rule {
      Rule(prefix: prefix, actions: actions)
    }

    /// For the first such command of all connections.
    package static func once(_ prefix: String, _ actions: Action...) -> Rule {
      Rule(prefix: prefix, actions: actions, rest: 1)
    }

    /// In place of the greeting of each connection.
    package static func greeting(_ actions: Action...) -> Rule {
      Rule(prefix: nil, actions: actions)
    }

    /// In place of the greeting of the first connection.
    package static func firstGreeting(_ actions: Action...) -> Rule {
      Rule(prefix: nil, actions: actions, rest: 1)
    }
  }

  /// What its connections share.
  struct State {
    var rules: [Rule]
    var files: [String: [UInt8]]
    var commands: [String] = []
    var received: [[UInt8]] = []
    var connectionCount = 0
    var isStopped = false
    /// Data connections that are open.
    var data: [Descriptor] = []

    /// The actions of the first rule for a command that counts still.
    mutating func actions(for command: String?) -> [Action] {
      let place = rules.firstIndex { rule in
        guard rule.rest != 0 else { return false }
        guard let prefix = rule.prefix, let command else { return rule.prefix == command }
        return command.uppercased().hasPrefix(prefix.uppercased())
      }
      guard let place else { return [.usual] }
      if let rest = rules[place].rest { rules[place].rest = rest - 1 }
      return rules[place].actions
    }
  }

  private let server: TCPFaultServer
  private let state: Locked<State>

  package let user = "tester"
  package let password = "correct horse"
  package var port: Int { server.port }

  /// Starts a server with rules, of which the first that fits counts, and with files.
  package init(rules: [Rule] = [], files: [String: [UInt8]] = [:]) throws {
    let state = Locked(State(rules: rules, files: files))
    self.state = state
    server = try TCPFaultServer(.runs { ScriptedFTPSession($0, state).run() })
  }

  deinit {
    stop()
  }

  /// All commands that have come, in their order, with the passwords in them.
  package var commands: [String] { state.with { $0.commands } }
  /// What each data connection has brought that was read.
  package var received: [[UInt8]] { state.with { $0.received } }
  /// How many control connections it has taken.
  package var connectionCount: Int { state.with { $0.connectionCount } }
  /// The files that it has now.
  package var files: [String: [UInt8]] { state.with { $0.files } }
  /// Scheme, host and port.
  package var url: String { "ftp://127.0.0.1:\(port)" }

  /// Adds a rule that counts before all others.
  package func add(_ rule: Rule) { state.with { $0.rules.insert(rule, at: 0) } }

  /// Puts a file there.
  package func setFile(_ name: String, _ bytes: [UInt8]) { state.with { $0.files[name] = bytes } }

  /// Ends all connections and waits for its threads.
  package func stop() {
    let data = state.with { state in
      state.isStopped = true
      return state.data
    }
    for connection in data { connection.shutDown() }
    server.stop()
  }
}
