import Testing

@testable import DriverHost

@Suite("The search for secrets")
struct SecretSearchTests {
  @Test("masks what it finds, the longest secret that begins at a place first")
  func texts() {
    let search = SecretSearch(["word", "sword", "sword-fish", "tail"], in: 100)
    for (text, masked) in [
      ("", ""), ("nothing here", "nothing here"), ("word", "***"),
      ("a sword-fish's tail", "a ***'s ***"),
      ("swordword", "******"), ("swor", "swor"), ("péché word é", "péché *** é"),
    ] {
      #expect(search.masking(text) == masked)
    }
  }

  @Test("finds them inside of base64, wherever they stand in what was encoded", arguments: 7..<40)
  func base64(length: Int) {
    var generator = SystemRandomNumberGenerator()
    let secret = String(
      decoding: (0..<length).map { _ in UInt8.random(in: 33...126, using: &generator) },
      as: UTF8.self
    )
    let search = SecretSearch([secret], in: 100)
    for before in ["", "a", "an", "ann:"] {
      for after in ["", "!", "!!", ":more"] {
        let encoded = Base64.encode(Array((before + secret + after).utf8))
        let urlSafe = encoded.replacing("+", with: "-").replacing("/", with: "_")
        #expect(search.masking("Basic \(encoded)").contains("***"), "\(encoded) has \(secret)")
        #expect(search.masking(urlSafe).contains("***"), "\(urlSafe) has \(secret)")
      }
    }
    let other = Base64.encode(Array(repeating: 0, count: length))
    #expect(search.masking(other) == other)
  }

  @Test("looks at names, numbers and bytes of values")
  func values() {
    let search = SecretSearch(["hidden", "4711"], in: 100)
    let value: Value = [
      "hidden-name": [1, "no", "is hidden", 4711, .decimal(DecimalText("14711.5")!), nil],
      "bytes": .bytes(Array("a hidden".utf8)),
      "json": .json(JSONText(checked: #"{"a": "hidden"}"#)),
      "binary": .bytes([0xFF] + Array("hidden".utf8) + [0xFE]),
    ]
    let masked: Value = [
      "***-name": [1, "no", "is ***", "***", "***", nil], "bytes": .bytes(Array("a ***".utf8)),
      "json": ["a": "***"], "binary": .bytes([0xFF] + Array("***".utf8) + [0xFE]),
    ]
    #expect(search.masking(value) == masked)
  }
}
