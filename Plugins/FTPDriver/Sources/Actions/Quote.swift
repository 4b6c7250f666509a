internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `quote`: sends commands as they are, and tells what the server answers.
struct Quote: FTPAction {
  private let commands: [String]

  /// What would make or need a data connection, or would leave the connection as nobody expects it (RFC 959, 5.3.1).
  private static let refused: Set<String> = [
    "ABOR", "ACCT", "APPE", "AUTH", "CCC", "EPRT", "EPSV", "LIST", "LPRT", "LPSV", "MLSD", "NLST",
    "PASS", "PASV", "PBSZ", "PORT", "PROT", "QUIT", "REIN", "RETR", "STOR", "STOU", "USER",
  ]

  init(_ call: Call) throws(DriverError) {
    let list = try call.inputs.required("commands").list()
    var commands: [String] = []
    for index in 0..<list.count {
      let text = try list[index].string()
      let word = text.prefix { $0 != " " }.uppercased()
      if text.utf8.contains(where: { $0 < 0x20 }) {
        throw DriverError(
          .invalidInput,
          "the command has a control character in it: a command is one line",
          pointer: "/commands/\(index)"
        )
      }
      if word.isEmpty || word.hasPrefix("*") || Quote.refused.contains(word) {
        throw DriverError(
          .invalidInput,
          "\(word.isEmpty ? "an empty command" : word) cannot be sent: it is for the driver to log in, to transfer and to list",
          pointer: "/commands/\(index)"
        )
      }
      commands.append(text)
    }
    self.commands = commands
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    var lines: [[UInt8]] = []
    for (index, command) in commands.enumerated() {
      do throws(NameFault) {
        lines.append(try files.names.encode(RemotePath(command)))
      } catch {
        throw DriverError(.nameRefused, "\(error)", pointer: "/commands/\(index)")
      }
    }
    var outputs: [OutputValue] = []
    do throws(DriverError) {
      // Over one connection: a command may be about the one before.
      for reply in try await files.quote(lines) {
        outputs.append(.map([("code", .int(Int64(reply.code))), ("text", .string(reply.text))]))
        guard reply.code >= 400 else { continue }
        let index = outputs.count - 1
        let request = FTPRequest(.commands([]), .quote, RemotePath(""), "/commands/\(index)")
        throw FTPFailure.refusal(reply, request, files.address)
      }
    } catch {
      try call.output("replies", .list(outputs))
      throw error
    }
    try call.output("replies", .list(outputs))
  }
}

extension FTPFiles {
  /// Sends commands up to the first one that is refused, over a connection that is for nobody else afterwards.
  fileprivate func quote(_ lines: [[UInt8]]) async throws(DriverError) -> [FTPReply] {
    let (connection, _) = try await session.take(scope)
    defer { session.give(connection, isSpoiled: true) }
    var replies: [FTPReply] = []
    for line in lines {
      let work = FTPRequest.Work.commands([[UInt8(ascii: "*")] + line])
      let request = FTPRequest(work, .quote, RemotePath(""), "/commands/\(replies.count)")
      guard let reply = try await connection.perform(request, scope).last else { break }
      replies.append(reply)
      if reply.code >= 400 { break }
    }
    return replies
  }
}
