internal import CurlKit
internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `features`: what the server is and can do.
struct TellFeatures: FTPAction {
  init(_ call: Call) throws(DriverError) {}

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    // A connection of its own shows the certificate, and says again what it is.
    let address = try session.inputs()
    let connector = FTPConnector(address: address, loop: session.loop)
    let limited = Scope(session.loop, in: scope)
    try limited.limit(
      address.connectTimeout,
      DriverError(.timedOut, "\(address.name) did not answer in time", pointer: "/connect_timeout")
    )
    let connection = try await connector.open(limited)
    defer { connection.close() }
    connection.wantsCertificates()
    _ = try await connector.logIn(connection, limited)
    let login = connection.replies
    let certificates = connection.transfer.easy.certificates()
    let commands = ["*SYST", "*FEAT"].map { Array($0.utf8) }
    let request = FTPRequest(.commands(commands), .look, RemotePath("/"), "")
    let replies = Array(try await connection.perform(request, limited).suffix(2))
    if let greeting = login.first(where: { $0.code == 220 }) {
      try call.output("greeting", .string(greeting.text))
    }
    if replies[0].code == 215 { try call.output("system", .string(replies[0].text)) }
    let features = replies[1].code == 211 ? FTPFeatures(replies[1]) : FTPFeatures.none
    try call.output("features", .list(features.lines.map(OutputValue.string)))
    try call.output("checksums", .list(features.checksums.map { .string($0.algorithm.rawValue) }))
    if let reply = login.last(where: { $0.code == 257 }), let home = try? FTPAnswer.path(reply) {
      try call.output("home", .string(NameText(home).description))
    }
    guard let first = certificates.first else { return }
    let labels = [
      ("subject", "Subject:"), ("issuer", "Issuer:"), ("not_before", "Start date:"),
      ("not_after", "Expire date:"),
    ]
    var members: [(name: String, value: OutputValue)] = []
    for (name, label) in labels {
      let line = first.first { $0.hasPrefix(label) }
      guard let line else { continue }
      members.append((name, .string(String(line.dropFirst(label.count)))))
    }
    try call.output("certificate", .map(members))
  }
}
