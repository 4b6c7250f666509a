import FileKit
import Testing

@testable import SSHDriver

@Suite("SFTP packets")
struct SFTPCodecTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// A packet of the server: what follows its number.
  private func frame(
    _ kind: SFTPPacket.Answer,
    _ write: (inout WireWriter) throws -> Void
  ) rethrows -> SFTPFrame {
    var writer = WireWriter()
    try write(&writer)
    return SFTPFrame(kind: kind.rawValue, id: 7, body: writer.bytes)
  }

  @Test("are written as the draft has them")
  func requests() throws {
    let open = SFTPRequest.open(bytes("/a"), [.write, .create], SFTPAttributes())
    #expect(
      try open.packet(id: 258)
        == [0, 0, 0, 19, 3, 0, 0, 1, 2, 0, 0, 0, 2, 0x2F, 0x61, 0, 0, 0, 0x0A, 0, 0, 0, 0]
    )
    let handle = SFTPHandle(bytes: [9])
    let write = SFTPRequest.write(handle, offset: 1 << 32, data: [1, 2, 3][1...])
    #expect(
      try write.packet(id: 1)
        == [0, 0, 0, 24, 6, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3]
    )
    // OpenSSH has the target first.
    let link = try SFTPRequest.symlink(target: bytes("t"), link: bytes("l")).packet(id: 1)
    #expect(Array(link.suffix(10)) == [0, 0, 0, 1, 0x74, 0, 0, 0, 1, 0x6C])
    let limits = try SFTPRequest.extended(.limits).packet(id: 1)
    #expect(Array(limits.dropFirst(13)) == bytes("limits@openssh.com"))
  }

  @Test("have attributes that come back as they were")
  func attributes() throws {
    var attributes = SFTPAttributes()
    var writer = WireWriter()
    attributes.write(&writer)
    attributes.size = .max
    attributes.owner = .init(user: 1, group: .max)
    attributes.mode = 0o120777
    attributes.times = .init(accessed: 1, modified: .max)
    attributes.write(&writer)
    var reader = WireReader(writer.bytes)
    #expect(try SFTPAttributes(&reader) == SFTPAttributes())
    #expect(try SFTPAttributes(&reader) == attributes)
    #expect(reader.isAtEnd && attributes.kind == .symlink)
    // Lengths that no file has are none.
    #expect(attributes.entry(at: RemotePath("/x")).size == nil)
  }

  @Test("are not written with paths that would be cut off")
  func zeroByte() {
    let path = bytes("a\0b")
    #expect(throws: SFTPFault.zeroByte(path)) { try SFTPRequest.remove(path).packet(id: 1) }
    #expect(throws: SFTPFault.zeroByte(path)) {
      try SFTPRequest.extended(.posixRename(from: bytes("x"), to: path)).packet(id: 1)
    }
    #expect(throws: SFTPFault.self) {
      let data = [UInt8](repeating: 0, count: SFTPPacket.limit)
      return try SFTPRequest.write(SFTPHandle(bytes: []), offset: 0, data: data[...]).packet(id: 1)
    }
  }

  @Test("tell what the server offers")
  func version() throws {
    var writer = WireWriter()
    for (name, revision) in [
      ("posix-rename@openssh.com", "1"), ("statvfs@openssh.com", "9"), ("else", "x"),
      ("check-file", "md5"),
    ] {
      try writer.string(name)
      try writer.string(revision)
    }
    let response = try SFTPResponse(SFTPFrame(kind: 2, id: 3, body: writer.bytes))
    guard case .version(let version) = response else {
      Issue.record("it should be a version")
      return
    }
    #expect(version.extensions == [.posixRename, .checkFile])
    #expect(version.names.count == 4)
    #expect(throws: SFTPFault.version(6)) { try SFTPResponse(SFTPFrame(kind: 2, id: 6, body: [])) }
  }

  @Test("have names in any bytes, and owners where the line tells them")
  func names() throws {
    let line = "-rw-r--r--    1 alice    staff          12 Jan  1 00:00 x y"
    let blank = "-rw-r--r--    1 domain users    staff          12 Jan  1 00:00 x"
    let names = try frame(.names) { writer in
      writer.uint32(2)
      for (name, line) in [([0xE4, 0x0A], line), (bytes("x"), blank)] {
        try writer.string(name)
        try writer.string(line)
        var attributes = SFTPAttributes()
        attributes.owner = .init(user: 5, group: 6)
        attributes.mode = 0o100644
        attributes.write(&writer)
      }
    }
    guard case .names(let read) = try SFTPResponse(names) else {
      Issue.record("they should be names")
      return
    }
    let entries = try read.map { try $0.entry(in: RemotePath("/d")) }
    #expect(entries[0].rawName == [0xE4, 0x0A] && entries[0].kind == .file)
    #expect(entries[0].owner == "alice" && entries[0].group == "staff")
    #expect(entries[1].owner == "5" && entries[1].permissionsText == "0644")
  }

  @Test("have names that lead nowhere else", arguments: ["../x", "/etc/passwd", "", "a\0", ".."])
  func hostileNames(name: String) {
    #expect(throws: PathFault.self) { try SFTPName(name: bytes(name)).entry(in: RemotePath("/d")) }
  }

  @Test("are refused where a length leads out of them")
  func hostileLengths() {
    for kind: SFTPPacket.Answer in [.status, .handle, .data, .names, .attributes] {
      let long = SFTPFrame(kind: kind.rawValue, id: 1, body: [0xFF, 0xFF, 0xFF, 0xFF])
      #expect(throws: SFTPFault.self, "\(kind)") {
        let response = try SFTPResponse(long)
        // A status may have no message.
        if case .status = response { throw SFTPFault.impossible("") }
      }
      let empty = SFTPFrame(kind: kind.rawValue, id: 1, body: [])
      #expect(throws: SFTPFault.self) { try SFTPResponse(empty) }
    }
    let name = [0, 0, 1, 1] + [UInt8](repeating: 0, count: 257)
    #expect(throws: SFTPFault.self) { try SFTPResponse(SFTPFrame(kind: 102, id: 1, body: name)) }
    #expect(throws: SFTPFault.self) { try SFTPResponse(SFTPFrame(kind: 5, id: 1, body: [])) }
    // Four thousand million attributes of others.
    let body: [UInt8] = [0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(throws: SFTPFault.self) { try SFTPResponse(SFTPFrame(kind: 105, id: 1, body: body)) }
  }

  @Test("cut off anywhere, or with any byte changed, are read or refused", .timeLimit(.minutes(1)))
  func changed() throws {
    let frames = [
      try frame(.names) { writer in
        writer.uint32(1)
        try writer.string("name")
        try writer.string("line")
        SFTPAttributes().write(&writer)
      },
      try frame(.status) { writer in
        writer.uint32(4)
        try writer.string("Failure")
        try writer.string("")
      },
    ]
    for frame in frames {
      for place in frame.body.indices {
        let cut = SFTPFrame(kind: frame.kind, id: 1, body: Array(frame.body.prefix(place)))
        _ = try? SFTPResponse(cut)
        for value in [0, 0x7F, 0x80, 0xFF] as [UInt8] {
          var body = frame.body
          body[place] = value
          _ = try? SFTPResponse(SFTPFrame(kind: frame.kind, id: 1, body: body))
        }
      }
    }
  }

  @Test("tell limits, which are never beyond ours")
  func limits() throws {
    func limits(_ numbers: [UInt64]) throws -> SFTPLimits {
      var writer = WireWriter()
      for number in numbers { writer.uint64(number) }
      return try SFTPLimits(writer.bytes[...])
    }
    let openSSH = try limits([262_144, 261_120, 261_120, 1019])
    #expect(openSSH.readLength == 261_120 && openSSH.openHandles == 1019)
    let hostile = try limits([.max, .max, 1, 0])
    #expect(hostile.readLength == 262_144 && hostile.writeLength == 1 && hostile.openHandles == nil)
    #expect(try limits([1, 0, 0, 0]).readLength == 1)
    #expect(SFTPLimits.unknown.writeLength == 32768)
    #expect(throws: SFTPFault.self) { try limits([1, 2, 3]) }
  }

  @Test("tell the room on a disk")
  func space() throws {
    func space(_ numbers: [UInt64]) throws -> SFTPSpace {
      var writer = WireWriter()
      for number in numbers { writer.uint64(number) }
      return try SFTPSpace(writer.bytes[...])
    }
    let full = try space([4096, 4096, 256, 0, 0, 10, 5, 5, 1, 0, 255])
    #expect(full.isFull && full.total == 1 << 20)
    #expect(try space([4096, .max, .max, 1, 1, 0, 0, 0, 1, 1, 255]).available == .max)
    #expect(throws: SFTPFault.self) { try space([1]) }
  }

  @Test("tell a checksum in each of the forms that servers have")
  func checksums() throws {
    let sum = [UInt8](repeating: 0xAB, count: 16)
    var plain = WireWriter()
    try plain.string("md5")
    let (bare, named, framed) = (plain.bytes + sum, plain.bytes, plain.bytes + [0, 0, 0, 16] + sum)
    var draft = WireWriter()
    try draft.string("check-file")
    for answer in [bare, framed, draft.bytes + bare] {
      #expect(try SFTPChecksum.checksum(answer[...])?.bytes == sum)
    }
    #expect(throws: SFTPFault.self) { try SFTPChecksum.checksum(named[...]) }
  }
}
