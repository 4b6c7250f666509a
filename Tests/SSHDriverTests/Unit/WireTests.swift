import Testing

@testable import SSHDriver

@Suite("The data types of the protocol")
struct WireTests {
  /// The examples of RFC 4251 §5.
  @Test(
    "writes and reads integers as the RFC has them",
    arguments: [
      ([], [0, 0, 0, 0]),
      (
        [0x09, 0xA3, 0x78, 0xF9, 0xB2, 0xE3, 0x32, 0xA7],
        [0, 0, 0, 8, 0x09, 0xA3, 0x78, 0xF9, 0xB2, 0xE3, 0x32, 0xA7]
      ),
      ([0x80], [0, 0, 0, 2, 0, 0x80]),
    ] as [([UInt8], [UInt8])]
  )
  func integers(magnitude: [UInt8], written: [UInt8]) throws {
    var writer = WireWriter()
    try writer.mpint([0, 0] + magnitude)
    #expect(writer.bytes == written)
    var reader = WireReader(written)
    #expect(try reader.mpint().elementsEqual(magnitude))
    try reader.end()
  }

  @Test(
    "takes integers in one form only, and none below zero",
    arguments: [
      ([0, 0, 0, 2, 0xED, 0xCC], .negativeInteger(at: 0)),
      ([0, 0, 0, 1, 0], .paddedInteger(at: 0)),
      ([0, 0, 0, 2, 0, 0x7F], .paddedInteger(at: 0)),
    ] as [([UInt8], WireFault)]
  )
  func badIntegers(bytes: [UInt8], fault: WireFault) {
    var reader = WireReader(bytes)
    #expect(throws: fault) { try reader.mpint() }
  }

  @Test("reads what was written")
  func everything() throws {
    var writer = WireWriter()
    writer.byte(7)
    writer.boolean(true)
    writer.uint32(0x0102_0304)
    writer.uint64(.max - 1)
    try writer.string("testing")
    try writer.string([0, 255] as [UInt8])
    try writer.nameList(["zlib", "none"])
    try writer.nameList([])
    writer.raw([42])
    var reader = WireReader(writer.bytes)
    #expect(try reader.byte() == 7)
    #expect(try reader.boolean())
    #expect(try reader.uint32() == 0x0102_0304)
    #expect(try reader.uint64() == .max - 1)
    #expect(try reader.text() == "testing")
    #expect(try Array(reader.string()) == [0, 255])
    #expect(try reader.nameList() == ["zlib", "none"])
    #expect(try reader.nameList() == [])
    #expect(throws: WireFault.trailingBytes(at: reader.offset, count: 1)) { try reader.end() }
    #expect(try reader.byte() == 42)
    #expect(reader.isAtEnd)
  }

  @Test("believes no length that the bytes tell")
  func truncation() {
    var short = WireReader([0, 0, 1])
    #expect(throws: WireFault.truncated(at: 0, needed: 4, left: 3)) { try short.uint32() }
    var long = WireReader([255, 255, 255, 255, 1])
    #expect(throws: WireFault.truncated(at: 4, needed: 4_294_967_295, left: 1)) {
      try long.string()
    }
    var empty = WireReader([])
    #expect(throws: WireFault.truncated(at: 0, needed: 1, left: 0)) { try empty.byte() }
    #expect(throws: WireFault.self) { try empty.bytes(-1) }
  }

  @Test("counts places from where it began")
  func places() throws {
    let bytes: [UInt8] = [9, 9, 0, 0, 0, 1, 65, 1]
    var reader = WireReader(bytes[2...])
    #expect(try reader.text() == "A")
    #expect(reader.offset == 5)
    #expect(throws: WireFault.truncated(at: 5, needed: 8, left: 1)) { try reader.uint64() }
  }

  @Test("takes no text that is not UTF-8, and no list with a name that is none")
  func text() {
    var text = WireReader([0, 0, 0, 1, 0xFF])
    #expect(throws: WireFault.badText(at: 0)) { try text.text() }
    for list in ["a,,b", ",", "a,", "ä"] {
      var reader = WireReader([0, 0, 0, UInt8(list.utf8.count)] + Array(list.utf8))
      #expect(throws: WireFault.badNameList(at: 0)) { try reader.nameList() }
    }
    for name in ["", "a,b", "ä"] {
      var writer = WireWriter()
      #expect(throws: WireFault.unusableName(name)) { try writer.nameList(["x", name]) }
      #expect(writer.bytes.isEmpty)
    }
  }

  @Test("takes bytes that somebody else keeps")
  func spans() throws {
    let bytes: [UInt8] = [1, 2, 3]
    var writer = WireWriter()
    try writer.string(bytes.span)
    #expect(writer.bytes == [0, 0, 0, 3, 1, 2, 3])
    var reader = WireReader(copying: writer.bytes.span)
    #expect(try Array(reader.string()) == bytes)
  }
}
