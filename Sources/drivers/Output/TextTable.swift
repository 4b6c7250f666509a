/// Text in columns that are as wide as they need to be.
struct TextTable {
  private var rows: [[String]]

  /// A table with the names of its columns; without such a line if there are none.
  init(_ header: [String] = []) {
    rows = header.isEmpty ? [] : [header]
  }

  /// Adds a row with as many cells as the others.
  mutating func add(_ cells: [String]) {
    rows.append(cells.map { Console.plain($0) })
  }

  /// The lines, without an end of the last one.
  var text: String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { TextTable.width(of: $0[column]) }.max() ?? 0
    }
    // Longer ones, of what is not ASCII, make room as they need it.
    let lineSize = widths.reduce(0) { $0 + $1 + 2 }
    return rows.map { row in
      // What is empty at the end is left out, and the last cell is not padded: no line ends in
      // spaces.
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      var line = ""
      line.reserveCapacity(lineSize)
      for (column, cell) in row[...last].enumerated() {
        line += cell
        guard column < last else { break }
        let padding = widths[column] - TextTable.width(of: cell)
        line += String(repeating: " ", count: padding + 2)
      }
      return line
    }.joined(separator: "\n")
  }

  /// The characters of a text without control characters, where a byte of ASCII is one: to take
  /// texts apart takes long.
  private static func width(of text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
  }
}
