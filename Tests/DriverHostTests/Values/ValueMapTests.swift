import Testing

@testable import DriverHost

@Suite("The members of a map")
struct ValueMapTests {
  /// Small maps are searched in order, larger ones by hash: the sizes on both sides of the border.
  static let sizes = [0, 1, 2, 15, 16, 17, 18, 33, 200]

  private func map(of size: Int) -> ValueMap {
    var map = ValueMap()
    for number in 0..<size { map["name \(number)"] = .int(Int64(number)) }
    return map
  }

  @Test("are found by name, in any number", arguments: sizes)
  func find(size: Int) {
    let map = map(of: size)
    #expect(map.count == size)
    #expect(map.names == (0..<size).map { "name \($0)" })
    for number in 0..<size {
      #expect(map["name \(number)"]?.intValue == Int64(number))
      #expect(map.position(of: "name \(number)") == number)
    }
    #expect(map["name \(size)"] == nil)
    #expect(map[""] == nil)
  }

  @Test("keep their place when their value changes", arguments: sizes)
  func change(size: Int) {
    var map = map(of: size)
    for number in 0..<size { map["name \(number)"] = .string("new \(number)") }
    #expect(map.names == (0..<size).map { "name \($0)" })
    #expect(map.map(\.value) == (0..<size).map { .string("new \($0)") })
  }

  @Test("leave without a trace, the others staying in order", arguments: sizes)
  func remove(size: Int) {
    var map = map(of: size)
    for number in stride(from: 0, to: size, by: 3) {
      #expect(map.remove("name \(number)")?.intValue == Int64(number))
    }
    #expect(map.remove("name 0") == nil)
    let left = (0..<size).filter { !$0.isMultiple(of: 3) }
    #expect(map.names == left.map { "name \($0)" })
    for number in left { #expect(map["name \(number)"]?.intValue == Int64(number)) }
    map["name 0"] = "again"
    #expect(map.names.last == "name 0")
  }

  @Test("are equal whatever their order, and hash alike", arguments: sizes)
  func equal(size: Int) {
    let map = map(of: size)
    let reversed = ValueMap(map.reversed().map { (name: $0.name, value: $0.value) })
    #expect(map == reversed)
    #expect(Set([map, reversed]).count == 1)
    var other = reversed
    other["name 0"] = "other"
    #expect(map != other)
  }

  @Test("have exact names: canonically equivalent ones are two", arguments: [0, 20])
  func exactNames(others: Int) {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    // Equal numbers of bytes, in another order: equivalent too.
    let below = "a\u{323}\u{307}"
    let above = "a\u{307}\u{323}"
    var map = map(of: others)
    for (number, name) in [composed, decomposed, below, above].enumerated() {
      map[name] = .int(Int64(number))
    }
    #expect(map.count == others + 4)
    #expect(map[composed]?.intValue == 0)
    #expect(map[decomposed]?.intValue == 1)
    #expect(map[below]?.intValue == 2)
    #expect(map[above]?.intValue == 3)
    map.remove(composed)
    #expect(map[composed] == nil)
    #expect(map[decomposed]?.intValue == 1)
  }

  @Test("keep the last value of a name that a literal has twice")
  func literal() {
    let map: ValueMap = ["a": 1, "b": 2, "a": 3]
    #expect(map.names == ["a", "b"])
    #expect(map["a"]?.intValue == 3)
  }

  @Test("copied, change without changing the original", arguments: [3, 30])
  func copies(size: Int) {
    let original = map(of: size)
    var copy = original
    copy["name 1"] = "changed"
    copy["new"] = true
    #expect(original["name 1"]?.intValue == 1)
    #expect(original["new"] == nil)
    #expect(copy["new"]?.boolValue == true)
  }
}
