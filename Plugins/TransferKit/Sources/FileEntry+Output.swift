package import DriverKit
package import FileKit

extension FileEntry {
  /// The entry as actions put it out.
  package var output: OutputValue {
    var members: [(name: String, value: OutputValue)] = [
      ("name", .string(name)), ("path", .string(String(decoding: path.bytes, as: UTF8.self))),
      ("type", .string(kind.rawValue)),
    ]
    func add(_ name: String, _ value: OutputValue?) {
      if let value { members.append((name, value)) }
    }
    add("size", size.map(OutputValue.int))
    add("modified", modified.map { .string($0.text) })
    add("permissions", permissionsText.map(OutputValue.string))
    add("owner", owner.map(OutputValue.string))
    add("group", group.map(OutputValue.string))
    add("link_target", linkTarget.map { .string(String(decoding: $0.bytes, as: UTF8.self)) })
    // A text that does not give the bytes back names no file.
    if String(validating: path.bytes, as: UTF8.self) == nil {
      add("path_bytes", .bytes(path.bytes))
    }
    return .map(members)
  }

  /// Puts out each thing that is known of it as an output of its own: for actions that tell of one file.
  ///
  /// - Throws: What the host does not take.
  package func put(_ call: Call) throws(DriverError) {
    guard case .map(let members) = output else { return }
    for (name, value) in members {
      switch name {
      case "name": try call.output("name", value)
      case "path": try call.output("path", value)
      case "path_bytes": try call.output("path_bytes", value)
      case "type": try call.output("type", value)
      case "size": try call.output("size", value)
      case "modified": try call.output("modified", value)
      case "permissions": try call.output("permissions", value)
      case "owner": try call.output("owner", value)
      case "group": try call.output("group", value)
      case "link_target": try call.output("link_target", value)
      default: preconditionFailure("the entry has \(name), which no descriptor declares")
      }
    }
  }
}

extension FileTime {
  /// The moment in UTC as ISO 8601 has it, such as `2026-01-31T12:00:00Z`.
  package var text: String {
    func digits(_ number: Int64, _ count: Int = 2) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    let (days, second) = FileTime.divided(seconds, 86_400)
    let date = FileTime.date(days)
    return "\(digits(date.year, 4))-\(digits(date.month))-\(digits(date.day))"
      + "T\(digits(second / 3600)):\(digits(second / 60 % 60)):\(digits(second % 60))Z"
  }

  /// The date of a day, counted from the beginning of 1970 (Hinnant, chrono-Compatible Low-Level Date Algorithms).
  private static func date(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // Years that begin in March have the leap day at their end.
    let (era, dayOfEra) = divided(day + 719_468, 146_097)
    let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let number = month < 10 ? month + 3 : month - 9
    return (
      year + era * 400 + (number <= 2 ? 1 : 0), number, dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  /// The quotient rounded down, and what is left.
  private static func divided(_ number: Int64, _ by: Int64) -> (Int64, Int64) {
    let (quotient, rest) = number.quotientAndRemainder(dividingBy: by)
    return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest)
  }
}

extension OutputValue {
  /// Bytes as a text, if they are one.
  package init(textOrBytes bytes: [UInt8]) {
    self = String(validating: bytes, as: UTF8.self).map(OutputValue.string) ?? .bytes(bytes)
  }
}
