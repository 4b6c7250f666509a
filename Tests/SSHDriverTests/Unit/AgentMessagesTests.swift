import Testing

@testable import SSHDriver

@Suite("Talking with an SSH agent")
struct AgentMessagesTests {
  private func identities(_ keys: [(name: String, comment: String)]) throws -> [UInt8] {
    var writer = WireWriter()
    writer.byte(12)
    writer.uint32(UInt32(keys.count))
    for key in keys {
      var blob = WireWriter()
      try blob.string(key.name)
      try blob.string("rest")
      try writer.string(blob.bytes)
      try writer.string(key.comment)
    }
    return writer.bytes
  }

  private func signature(_ name: String, _ bytes: [UInt8], more: [UInt8] = []) throws -> [UInt8] {
    var inner = WireWriter()
    try inner.string(name)
    try inner.string(bytes)
    inner.raw(more)
    var writer = WireWriter()
    writer.byte(14)
    try writer.string(inner.bytes)
    return writer.bytes
  }

  @Test("asks for the keys, and reads them")
  func keys() throws {
    #expect(AgentMessages.requestIdentities() == [0, 0, 0, 1, 11])
    let read = try AgentMessages.identities(
      identities([("ssh-ed25519", "a"), ("ssh-rsa", "me@hömé")])
    )
    #expect(read.map(\.comment) == ["a", "me@hömé"])
    #expect(read.map(\.typeName) == ["ssh-ed25519", "ssh-rsa"])
    #expect(try AgentMessages.identities([12, 0, 0, 0, 0]) == [])
  }

  @Test("asks RSA keys for SHA-2")
  func flags() throws {
    for (algorithm, flags) in [
      ("rsa-sha2-512", 4), ("rsa-sha2-256", 2), ("ssh-rsa", 0), ("ssh-ed25519", 0),
      ("rsa-sha2-512-cert-v01@openssh.com", 4),
    ] as [(String, UInt8)] {
      let request = try AgentMessages.signRequest(
        publicBlob: [1, 2],
        data: [3],
        algorithm: algorithm
      )
      #expect(request == [0, 0, 0, 16, 13, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, flags])
    }
    #expect(throws: AgentFault.self) {
      try AgentMessages.signRequest(
        publicBlob: [],
        data: [UInt8](repeating: 0, count: 300_000),
        algorithm: "ssh-rsa"
      )
    }
  }

  @Test("reads a signature of what was asked for")
  func signatures() throws {
    let answer = try signature("rsa-sha2-512", [9, 9])
    let read = try AgentMessages.signature(answer, algorithm: "rsa-sha2-512")
    #expect(read == AgentMessages.Signature(algorithm: "rsa-sha2-512", bytes: [9, 9]))
    let certificate = try AgentMessages.signature(
      answer,
      algorithm: "rsa-sha2-512-cert-v01@openssh.com"
    )
    #expect(certificate.bytes == [9, 9])
    #expect(throws: AgentFault.otherAlgorithm(wanted: "rsa-sha2-512", got: "ssh-rsa")) {
      try AgentMessages.signature(signature("ssh-rsa", [9]), algorithm: "rsa-sha2-512")
    }
    #expect(throws: AgentFault.self) {
      try AgentMessages.signature(
        signature("ssh-ed25519", [9], more: [1, 0, 0, 0, 7]),
        algorithm: "ssh-ed25519"
      )
    }
  }

  @Test(
    "says that the agent refuses, or says something else",
    arguments: [5, 28, 30, 102] as [UInt8]
  )
  func refused(type: UInt8) {
    #expect(throws: AgentFault.refused) { try AgentMessages.identities([type]) }
    #expect(throws: AgentFault.refused) { try AgentMessages.signature([type], algorithm: "x") }
    #expect(throws: AgentFault.unexpected(6)) { try AgentMessages.identities([6]) }
    #expect(throws: AgentFault.unexpected(12)) {
      try AgentMessages.signature([12, 0, 0, 0, 0], algorithm: "x")
    }
    #expect(throws: AgentFault.self) { try AgentMessages.identities([]) }
  }

  @Test("does not believe numbers, and takes no answer that is cut off")
  func damaged() throws {
    #expect(throws: AgentFault.tooManyKeys(count: 1001, limit: 1000)) {
      try AgentMessages.identities([12, 0, 0, 3, 0xE9])
    }
    #expect(throws: AgentFault.tooManyKeys(count: 0xFFFF_FFFF, limit: 1000)) {
      try AgentMessages.identities([12, 255, 255, 255, 255])
    }
    let whole = try identities([("ssh-ed25519", "a"), ("ssh-rsa", "b")])
    for count in whole.indices {
      #expect(throws: AgentFault.self) { try AgentMessages.identities(Array(whole[..<count])) }
    }
    #expect(throws: AgentFault.self) { try AgentMessages.identities(whole + [0]) }
  }

  @Test("takes messages out of bytes, however they come", arguments: [1, 2, 3, 5, 100])
  func frames(size: Int) throws {
    let bytes = try AgentFrame.framed([5]) + AgentFrame.framed([12, 0, 0, 0, 0])
    var frame = AgentFrame()
    var messages: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      frame.append(bytes[start..<min(start + size, bytes.count)])
      while let message = try frame.next() { messages.append(message) }
    }
    #expect(messages == [[5], [12, 0, 0, 0, 0]])
  }

  @Test("takes no message that is longer than any, or empty")
  func limits() throws {
    var frame = AgentFrame()
    frame.append([0, 4, 0, 1])
    #expect(throws: AgentFault.tooLong(count: 262_145, limit: 262_144)) { try frame.next() }
    frame = AgentFrame()
    frame.append([0, 4, 0, 0, 5])
    #expect(try frame.next() == nil)
    frame = AgentFrame()
    frame.append([0, 0, 0, 0])
    #expect(throws: AgentFault.self) { try frame.next() }
  }

  @Test("knows which of an agent's keys can be offered")
  func usable() throws {
    let names = [
      ("ssh-rsa", true, true), ("ssh-ed25519", true, true), ("ecdsa-sha2-nistp256", true, true),
      ("ssh-dss", false, false), ("sk-ssh-ed25519@openssh.com", false, false),
      ("sk-ssh-ed25519-cert-v01@openssh.com", false, false), ("other", false, false),
      ("ecdsa-sha2-nistp384-cert-v01@openssh.com", true, true),
      ("ssh-ed25519-cert-v01@openssh.com", false, true),
      ("ssh-rsa-cert-v01@openssh.com", false, true),
    ]
    let read = try AgentMessages.identities(identities(names.map { ($0.0, "") }))
    #expect(read.map { $0.isUsable(libraryVersion: 0x010A00) } == names.map(\.1))
    #expect(read.map { $0.isUsable(libraryVersion: 0x010B01) } == names.map(\.2))
  }
}
