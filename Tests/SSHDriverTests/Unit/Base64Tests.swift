import Testing

@testable import SSHDriver

@Suite("Base64")
struct Base64Tests {
  /// RFC 4648 §10.
  @Test(
    "writes and reads the RFC's examples",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
  )
  func examples(plain: String, text: String) throws {
    let bytes = Array(plain.utf8)
    let bare = String(text.prefix { $0 != "=" })
    #expect(Base64.text(bytes) == text)
    #expect(Base64.text(bytes, isPadded: false) == bare)
    #expect(try Base64.bytes(text) == bytes)
    #expect(try Base64.bytes(bare) == bytes)
    #expect(try Base64.bytes(text, padding: .required) == bytes)
    #expect(try Base64.bytes(bare, padding: .absent) == bytes)
    if bare != text {
      #expect(throws: Base64.Fault.badPadding) { try Base64.bytes(bare, padding: .required) }
      #expect(throws: Base64.Fault.badPadding) { try Base64.bytes(text, padding: .absent) }
    }
  }

  @Test("reads all bytes that it writes")
  func everyByte() throws {
    let bytes = (0...255).map(UInt8.init)
    for count in 0...256 {
      #expect(try Base64.bytes(Base64.text(bytes.prefix(count))) == Array(bytes.prefix(count)))
    }
  }

  @Test(
    "takes one form only of each value",
    arguments: [
      ("Zg=", .badPadding), ("Zg===", .foreignCharacter(at: 3)), ("Zh==", .unusedBits),
      ("Zm9=", .unusedBits), ("Z", .badLength(1)), ("Zm9vY", .badLength(5)), ("=", .badPadding),
      ("==", .badPadding), ("Zm 9", .foreignCharacter(at: 3)), ("Zm9v\n", .foreignCharacter(at: 5)),
      ("Zm-_", .foreignCharacter(at: 3)), ("Zg==Zg==", .foreignCharacter(at: 3)),
      ("Zm9ä", .foreignCharacter(at: 4)), ("Zm9v==", .badPadding),
    ] as [(String, Base64.Fault)]
  )
  func faults(text: String, fault: Base64.Fault) {
    #expect(throws: fault) { try Base64.bytes(text) }
  }
}
