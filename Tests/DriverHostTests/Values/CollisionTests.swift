import Testing

@testable import DriverHost

/// What somebody can choose so that all of it meets in one place of a table, where each look-up goes
/// through all of it: no test here would end then.
@Suite("Values made to collide")
struct CollisionTests {
  @Test("as decimals that round to one double are told apart by their hashes")
  func decimals() throws {
    let items = try (0..<100_000).map { try JSON.parse("0.1000000000000000055\($0)1") }
    #expect(Set(items).count == items.count)
    #expect(try JSONSchema(["uniqueItems": true] as Value).isValid(.list(items)))
  }

  @Test("as integers that round to one double are told apart by their hashes")
  func integers() {
    let items = (0..<1_000).map { Value.int(.max - Int64($0)) }
    #expect(Set(items.map(\.hashValue)).count == items.count)
  }

  /// Nine marks of as many combining classes: whatever their order, Swift takes the text for equal.
  private static let marks = Array(
    "\u{334}\u{316}\u{327}\u{31B}\u{301}\u{345}\u{360}\u{35C}\u{315}".unicodeScalars
  )

  /// Texts that are all canonically equivalent, and all different.
  private static let equivalents: [String] = {
    var texts: [[Unicode.Scalar]] = [[]]
    for _ in marks {
      texts = texts.flatMap { text in marks.filter { !text.contains($0) }.map { text + [$0] } }
    }
    return texts.prefix(100_000).map { scalars in
      var text = "a"
      text.unicodeScalars.append(contentsOf: scalars)
      return text
    }
  }()

  @Test("as texts that look the same are told apart by their hashes")
  func texts() throws {
    let texts = CollisionTests.equivalents
    #expect(texts.count == 100_000)
    #expect(texts[0] == texts[1])
    let items = texts.map { Value.string($0) }
    #expect(try JSONSchema(["uniqueItems": true] as Value).isValid(.list(items)))
  }

  @Test("as names that look the same are all members of a map, and hash apart")
  func names() {
    let maps = CollisionTests.equivalents.map { name in
      Value.map([name: 1])
    }
    #expect(Set(maps.map(\.hashValue)).count > 90_000)
  }

  @Test("as one name over and over are refused without being put together")
  func duplicates() {
    let text = "{" + String(repeating: #""a": 1, "#, count: 500_000) + #""b": 2}"#
    let found = refusal { try JSON.parse(text) }
    #expect(found.count == 100)
    #expect(found.allSatisfy { $0.contains("this name stands twice") })
  }

  @Test("leave a map in one go")
  func removal() {
    var map = ValueMap()
    for number in 0..<200_000 { map["name \(number)"] = .int(Int64(number)) }
    map.removeAll { _, value in value.intValue.map { $0 % 2 == 0 } ?? false }
    #expect(map.count == 100_000)
    #expect(map["name 1"] == 1 && map["name 199999"] == 199_999 && map["name 2"] == nil)
    #expect(map.position(of: "name 3") == 1)
    map.removeAll { _, _ in true }
    #expect(map.isEmpty && map["name 1"] == nil)
  }
}
