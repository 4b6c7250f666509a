/// Writes one FlatBuffer, of the parts that Arrow's metadata is made of.
///
/// What is referred to must be written before what refers to it, so a buffer is built from its end; places are
/// counted from there. The format: https://flatbuffers.dev/internals/.
struct FlatBufferBuilder {
  /// One member of a table: its number in the schema, and its value.
  enum Member {
    case byte(Int, UInt8)
    case short(Int, Int16)
    case int(Int, Int32)
    case long(Int, Int64)
    /// What `string`, `vector` or `table` returned.
    case reference(Int, Int)
  }

  /// The largest alignment that anything in Arrow's metadata has.
  private static let alignment = 8

  /// The bytes written so far, the last one of the buffer first.
  private var reversed: [UInt8] = []

  /// A string: its place.
  mutating func string(_ text: String) -> Int {
    pad(to: 4, before: text.utf8.count + 1)
    reversed.append(0)
    reversed.append(contentsOf: text.utf8.reversed())
    push(UInt32(text.utf8.count))
    return reversed.count
  }

  /// A vector of references: its place.
  mutating func vector(references: [Int]) -> Int {
    pad(to: 4, before: references.count * 4)
    for place in references.reversed() { pushReference(place) }
    push(UInt32(references.count))
    return reversed.count
  }

  /// A vector of structs that are made of 64-bit integers each: its place.
  mutating func vector(structs: [[Int64]]) -> Int {
    let size = structs.reduce(0) { $0 + $1.count * 8 }
    pad(to: 4, before: size)
    pad(to: 8, before: size)
    for members in structs.reversed() {
      for member in members.reversed() { push(member) }
    }
    push(UInt32(structs.count))
    return reversed.count
  }

  /// A table: its place.
  mutating func table(_ members: [Member]) -> Int {
    let start = reversed.count
    var places: [Int: Int] = [:]
    for member in members {
      switch member {
      case .byte(let number, let value):
        push(value)
        places[number] = reversed.count
      case .short(let number, let value):
        push(value)
        places[number] = reversed.count
      case .int(let number, let value):
        push(value)
        places[number] = reversed.count
      case .long(let number, let value):
        push(value)
        places[number] = reversed.count
      case .reference(let number, let place):
        pushReference(place)
        places[number] = reversed.count
      }
    }
    // How far it is to the table of places, which is written next.
    push(Int32(0))
    let table = reversed.count
    let count = (places.keys.max() ?? -1) + 1
    for number in (0..<count).reversed() {
      push(UInt16(places[number].map { table - $0 } ?? 0))
    }
    push(UInt16(table - start))
    push(UInt16(4 + 2 * count))
    let distance = UInt32(reversed.count - table)
    for byte in 0..<4 {
      reversed[table - 1 - byte] = UInt8(truncatingIfNeeded: distance >> (8 * UInt32(byte)))
    }
    return table
  }

  /// The whole buffer, whose root is the table at a place.
  mutating func finish(_ root: Int) -> [UInt8] {
    pad(to: FlatBufferBuilder.alignment, before: 4)
    pushReference(root)
    return reversed.reversed()
  }

  /// Zeros, so that what comes next is aligned when `size` more bytes stand before it.
  private mutating func pad(to alignment: Int, before size: Int) {
    while (reversed.count + size) % alignment != 0 { reversed.append(0) }
  }

  private mutating func push<Number: FixedWidthInteger>(_ number: Number) {
    let size = MemoryLayout<Number>.size
    pad(to: size, before: size)
    for byte in (0..<size).reversed() {
      reversed.append(UInt8(truncatingIfNeeded: number >> (8 * Number(byte))))
    }
  }

  private mutating func pushReference(_ place: Int) {
    pad(to: 4, before: 4)
    push(UInt32(reversed.count + 4 - place))
  }
}
