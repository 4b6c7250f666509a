import Testing

@testable import SSHDriver

@Suite("Cutting a stream into SFTP packets")
struct SFTPDecoderTests {
  private let stream: [UInt8] = [
    0, 0, 0, 5, 2, 0, 0, 0, 3,
    0, 0, 0, 8, 103, 0, 0, 0, 1, 7, 8, 9,
    0, 0, 0, 6, 101, 0, 0, 1, 0, 1,
  ]

  private let frames = [
    SFTPFrame(kind: 2, id: 3, body: []), SFTPFrame(kind: 103, id: 1, body: [7, 8, 9]),
    SFTPFrame(kind: 101, id: 256, body: [1]),
  ]

  @Test("works wherever the pieces end", arguments: 1...32)
  func pieces(size: Int) throws {
    var decoder = SFTPDecoder()
    var found: [SFTPFrame] = []
    for start in stride(from: 0, to: stream.count, by: size) {
      let piece = Array(stream[start..<min(start + size, stream.count)])
      try decoder.append(piece.span.bytes) { found.append($0) }
    }
    #expect(found == frames && decoder.isBetweenPackets)
  }

  @Test("works when it reads itself", arguments: 1...32)
  func reading(size: Int) throws {
    var decoder = SFTPDecoder()
    var found: [SFTPFrame] = []
    var rest = stream[...]
    while true {
      let count = try decoder.fill(
        { room in
          #expect(!room.isEmpty)
          let part = rest.prefix(min(room.count, size))
          room.copyBytes(from: part)
          rest = rest.dropFirst(part.count)
          return part.isEmpty ? -37 : part.count
        },
        { found.append($0) }
      )
      if count < 0 {
        #expect(count == -37)
        break
      }
    }
    #expect(found == frames && decoder.isBetweenPackets)
  }

  @Test("refuses packets that are too short or too long, for good")
  func lengths() {
    for head: [UInt8] in [
      [0, 0, 0, 4, 1, 0, 0, 0, 0], [0, 4, 4, 1, 1, 0, 0, 0, 0],
      [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0],
    ] {
      var decoder = SFTPDecoder()
      #expect(throws: SFTPFault.self) { try decoder.append(head.span.bytes) { _ in } }
      #expect(throws: SFTPFault.self) { try decoder.append(stream.span.bytes) { _ in } }
    }
  }

  @Test("tells text from packets")
  func text() {
    var decoder = SFTPDecoder()
    let text = Array("This account is not available.\n".utf8)
    #expect(throws: SFTPFault.text(Array("This acco".utf8))) {
      try decoder.append(text.span.bytes) { _ in }
    }
  }

  @Test("takes the longest packet")
  func longest() throws {
    var decoder = SFTPDecoder()
    var count = 0
    let packet = [0, 4, 4, 0] + [UInt8](repeating: 1, count: SFTPPacket.limit)
    try decoder.append(packet.span.bytes) { frame in count = frame.body.count }
    #expect(count == SFTPPacket.limit - 5)
  }
}
