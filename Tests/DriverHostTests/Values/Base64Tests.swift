import Testing

@testable import DriverHost

@Suite("Base64")
struct Base64Tests {
  @Test(
    "has the texts of RFC 4648, section 10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
  )
  func vectors(plain: String, text: String) throws {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(try Base64.decode(text) == Array(plain.utf8))
  }

  @Test("gives back all bytes, at every length")
  func roundTrip() throws {
    let bytes = (0...255).map { UInt8($0) } + (0...255).reversed().map { UInt8($0) }
    for length in 0...bytes.count {
      let part = Array(bytes.prefix(length))
      #expect(try Base64.decode(Base64.encode(part)) == part)
    }
    #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
  }

  @Test(
    "refuses what is not exactly base64, and says why",
    arguments: [
      ("Zg", "its length, 2, is no multiple of 4"), ("Zg=", "its length, 3, is no multiple of 4"),
      ("Z", "no multiple of 4"), ("Zm9vZ===", "padding stands at byte 6 of 8"),
      ("====", "padding stands at byte 1 of 4"), ("Zg==Zg==", "padding stands at byte 3 of 8"),
      ("Zm9v\n", "white space stands at byte 5 of 5"), ("Zm 9v", "white space stands at byte 3"),
      ("Zm_v", "URL-safe alphabet stands (use `+` and `/`) at byte 3 of 4"),
      ("Zm9\u{E9}", "what is no base64 digit stands at byte 4"),
      ("Zh==", "its last digit holds bits"), ("Zm9=", "its last digit holds bits"),
    ]
  )
  func refusals(text: String, reason: String) {
    let error = #expect(throws: Base64.Malformed.self) { try Base64.decode(text) }
    #expect(error?.description.hasPrefix("is not base64: ") == true)
    #expect(error?.description.contains(reason) == true, "\(error!)")
  }

  @Test("skips white space where it is told to")
  func whiteSpace() throws {
    #expect(
      try Base64.decode(" Zm9v\r\n\tYmFy\n", ignoringWhiteSpace: true) == Array("foobar".utf8)
    )
  }
}
