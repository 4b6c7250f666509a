package import DriverKit

/// The statuses that count as a success.
package struct StatusSet: Equatable {
  // A bit for each status from 100 on.
  private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)
  private var acceptsAll = false

  /// The statuses of a list of codes and classes; all of them if it is empty.
  package init(_ list: borrowing InputList) throws(DriverError) {
    acceptsAll = list.count == 0
    for index in 0..<list.count {
      let item = list[index]
      if item.kind == .int {
        insert(try item.int(in: 100...599))
        continue
      }
      let text = try item.text()
      guard text.count == 3, text[1] | 0x20 == UInt8(ascii: "x"),
        text[2] | 0x20 == UInt8(ascii: "x"), text[0] >= UInt8(ascii: "1"),
        text[0] <= UInt8(ascii: "5")
      else {
        throw DriverError(
          .invalidInput,
          "\(item.pointer) must be a status such as 200 or a class such as 2xx",
          pointer: item.pointer
        )
      }
      let first = Int(text[0] - UInt8(ascii: "0")) * 100
      for status in first..<(first + 100) { insert(status) }
    }
  }

  /// All statuses of a range.
  package init(_ statuses: Range<Int>) {
    for status in statuses { insert(status) }
  }

  /// Whether a status counts as a success.
  package func contains(_ status: Int) -> Bool {
    if acceptsAll { return true }
    guard status >= 100, status < 100 + 512 else { return false }
    let bit = status - 100
    return word(bit / 64) & (1 << UInt64(bit % 64)) != 0
  }

  private mutating func insert(_ status: Int) {
    let bit = status - 100
    let mask: UInt64 = 1 << UInt64(bit % 64)
    switch bit / 64 {
    case 0: words.0 |= mask
    case 1: words.1 |= mask
    case 2: words.2 |= mask
    case 3: words.3 |= mask
    case 4: words.4 |= mask
    case 5: words.5 |= mask
    case 6: words.6 |= mask
    default: words.7 |= mask
    }
  }

  private func word(_ index: Int) -> UInt64 {
    switch index {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    case 3: words.3
    case 4: words.4
    case 5: words.5
    case 6: words.6
    default: words.7
    }
  }

  package static func == (left: StatusSet, right: StatusSet) -> Bool {
    left.acceptsAll == right.acceptsAll
      && (0..<8).allSatisfy { left.word($0) == right.word($0) }
  }

  /// The list as a message names it: "200, 201 or 2xx".
  package static func inWords(_ list: borrowing InputList) -> String {
    var names: [String] = []
    for index in 0..<list.count { names.append(list[index].scalarText() ?? "") }
    guard let last = names.last, names.count > 1 else { return names.first ?? "any" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}
