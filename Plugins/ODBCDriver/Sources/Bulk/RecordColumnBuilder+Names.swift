/// What the readers of records share about the names of columns.
enum RecordNames {
  /// How many columns there may be: drivers count parameters in 16 bits, with a sign, and one writes anywhere beyond.
  static let limit = 32_767

  /// A name for messages: without what would break a line, and not too long.
  static func quoted(_ name: String) -> String {
    let isLong = name.utf8.count > 100
    return "\(isLong ? String(name.prefix(80)) + "…" : name)".debugDescription
  }

  /// Where each name stands; by bytes, as in `fault`.
  static func places(of names: [String]) -> [[UInt8]: Int] {
    var places: [[UInt8]: Int] = [:]
    for (place, name) in names.enumerated() { places[Array(name.utf8)] = place }
    return places
  }

  /// What is wrong with names that columns shall have.
  ///
  /// - Parameter names: The names.
  /// - Returns: What is wrong with the first one that cannot be; nil: nothing is.
  static func fault(in names: [String]) -> String? {
    guard names.count <= limit else {
      return "there are \(names.count) columns, and ODBC has room for \(limit)"
    }
    // Bytes: for a text, characters that are put together in different ways are the same, for databases they are not.
    var seen: [ArraySlice<UInt8>: Int] = [:]
    for (index, name) in names.enumerated() {
      if name.isEmpty { return "column \(index + 1) has no name" }
      if let first = seen.updateValue(index, forKey: Array(name.utf8)[...]) {
        return "columns \(first + 1) and \(index + 1) have the same name, \(quoted(name))"
      }
    }
    return nil
  }
}

extension RecordBytes {
  /// Adds a value.
  mutating func append(_ value: Span<UInt8>) {
    bytes.append(bytesOf: value)
    ends.append(bytes.count)
  }
}

extension [UInt8] {
  /// Adds bytes.
  mutating func append(bytesOf part: Span<UInt8>) {
    // Several times as fast as an append of a slice, where there are few.
    append(addingCapacity: part.count) { output in
      for index in part.indices { output.append(part[index]) }
    }
  }
}
