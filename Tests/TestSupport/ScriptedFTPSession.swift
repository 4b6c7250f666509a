import Foundation

/// A control connection of `ScriptedFTPServer`, on a thread of its own.
final class ScriptedFTPSession {
  typealias Server = ScriptedFTPServer

  private let connection: TCPFaultServer.Connection
  private let state: Locked<Server.State>
  private let data: ScriptedFTPData
  private var unread: [UInt8] = []
  private var isOpen = true
  /// Of REST, for the next transfer.
  private var offset = 0
  /// Of RNFR.
  private var oldName = ""

  init(_ connection: TCPFaultServer.Connection, _ state: Locked<Server.State>) {
    self.connection = connection
    self.state = state
    data = ScriptedFTPData(state)
  }

  func run() {
    state.with { $0.connectionCount += 1 }
    perform(state.with { $0.actions(for: nil) }, nil)
    while isOpen, let command = readLine() {
      let actions = state.with { state in
        state.commands.append(command)
        return state.actions(for: command)
      }
      perform(actions, command)
    }
    data.close()
  }

  /// The next line, without its end; nil at the end of the connection.
  private func readLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: 10) {
        let line = unread[..<end].filter { $0 != 13 }
        unread.removeSubrange(...end)
        return String(decoding: line, as: UTF8.self)
      }
      guard let more = connection.read(), !more.isEmpty else { return nil }
      unread += more
    }
  }

  private func perform(_ actions: [Server.Action], _ command: String?) {
    for action in actions where isOpen { perform(action, command) }
  }

  private func perform(_ action: Server.Action, _ command: String?) {
    switch action {
    case .reply(let text): reply(text)
    case .raw(let bytes): connection.write(bytes)
    case .usual: if let command { answer(command) } else { reply("220 Scripted") }
    case .pause(let time): usleep(UInt32(time / .microseconds(1)))
    case .close:
      connection.close()
      isOpen = false
    case .reset:
      connection.reset()
      isOpen = false
    case .openData(let passive): openData(passive, isExtended: command?.first == "E")
    case .send(let bytes): data.send(bytes)
    case .receive: take(data.receive())
    case .receiveSome(let count): take(data.receive(atLeast: count))
    case .closeData: data.close()
    case .resetData: data.reset()
    case .runs(let body): body(connection, command ?? "")
    }
  }

  private func take(_ bytes: [UInt8]) { state.with { $0.received.append(bytes) } }

  private func reply(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    connection.write(lines.map { $0 + "\r\n" }.joined())
  }

  // MARK: What a good server does

  private static let features = [
    "EPSV", "MDTM", "MLST type*;size*;modify*;", "REST STREAM", "SIZE", "UTF8",
  ]

  private func answer(_ command: String) {
    let words = command.split(separator: " ", maxSplits: 1).map(String.init)
    let argument = words.count > 1 ? words[1] : ""
    switch words.first?.uppercased() {
    case "USER": reply("331 Whose password?")
    case "PASS": reply("230 Welcome")
    case "PWD": reply("257 \"/\" is the folder")
    case "TYPE", "NOOP", "OPTS", "MODE", "STRU": reply("200 Well")
    case "CWD", "CDUP": reply("250 Well")
    case "SYST": reply("215 UNIX Type: L8")
    case "FEAT": reply("211-Features\n\(Self.features.map { " \($0)\n" }.joined())211 End")
    case "PASV": openData(Server.Passive(address: "127.0.0.1", listener: .listens))
    case "EPSV":
      openData(Server.Passive(address: "127.0.0.1", listener: .listens), isExtended: true)
    case "PORT", "EPRT": reply(data.connectsTo(argument) ? "200 Well" : "501 No such address")
    case "REST":
      offset = Int(argument) ?? 0
      reply("350 From there")
    case "SIZE": withFile(argument) { reply("213 \($0.count)") }
    case "MDTM": withFile(argument) { _ in reply("213 20260102030405") }
    case "RETR":
      withFile(argument) { bytes in give(Array(bytes.dropFirst(offset))) }
      offset = 0
    case "LIST": give(list { "-rw-r--r--   1 owner group \($1.count) Jan 02  2026 \($0)" })
    case "NLST": give(list { name, _ in name })
    case "MLSD":
      give(list { "type=file;size=\($1.count);modify=20260102030405; \($0)" })
    case "STOR", "APPE": store(argument, isAppended: words[0].uppercased() == "APPE")
    case "DELE":
      withFile(argument) { _ in
        state.with { $0.files[Self.name(argument)] = nil }
        reply("250 Gone")
      }
    case "RNFR":
      withFile(argument) { _ in
        oldName = Self.name(argument)
        reply("350 To what?")
      }
    case "RNTO":
      state.with { $0.files[Self.name(argument)] = $0.files.removeValue(forKey: oldName) }
      reply("250 Well")
    case "QUIT":
      reply("221 Farewell")
      perform(.close, nil)
    default: reply("502 No such command")
    }
  }

  private func openData(_ passive: Server.Passive, isExtended: Bool = false) {
    guard let port = data.listen(passive.listener) else { return reply("425 No port") }
    guard !isExtended else {
      return reply("229 Entering Extended Passive Mode (|||\(port)|)")
    }
    let address = passive.address.replacing(".", with: ",")
    reply("227 Entering Passive Mode (\(address),\(port / 256),\(port % 256)).")
  }

  private func give(_ bytes: [UInt8]) {
    reply("150 Here it comes")
    let isSent = data.send(bytes)
    data.close()
    reply(isSent ? "226 Done" : "426 The data connection broke")
  }

  private func store(_ path: String, isAppended: Bool) {
    reply("150 Send it")
    let bytes = data.receive()
    data.close()
    let name = Self.name(path)
    state.with { state in
      state.received.append(bytes)
      let before = state.files[name] ?? []
      state.files[name] = (isAppended ? before : Array(before.prefix(offset))) + bytes
    }
    offset = 0
    reply("226 Done")
  }

  private func list(_ line: (String, [UInt8]) -> String) -> [UInt8] {
    let files = state.with { $0.files }.sorted { $0.key < $1.key }
    return Array(files.map { line($0.key, $0.value) + "\r\n" }.joined().utf8)
  }

  private func withFile(_ path: String, _ body: ([UInt8]) -> Void) {
    guard let bytes = state.with({ $0.files[Self.name(path)] }) else {
      return reply("550 No such file")
    }
    body(bytes)
  }

  /// The last part of a path: the folder is flat.
  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }
}
