/// Text in columns that are as wide as they need to be.
struct TextTable {
  private struct Cell {
    let text: String
    /// Its characters.
    let width: Int

    init(_ text: String) {
      self.text = Console.plain(text)
      // Without control characters a byte of ASCII is one character, and texts take long to take apart.
      let isASCII = self.text.utf8.allSatisfy { $0 < 0x80 }
      width = isASCII ? self.text.utf8.count : self.text.count
    }
  }

  private var rows: [[Cell]]

  /// A table with the names of its columns; without such a line if there are none.
  init(_ header: [String] = []) {
    rows = header.isEmpty ? [] : [header.map(Cell.init)]
  }

  /// Adds a row with as many cells as the others.
  mutating func add(_ cells: [String]) {
    rows.append(cells.map(Cell.init))
  }

  /// The lines, without an end of the last one.
  var text: String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.reduce(0) { max($0, $1[column].width) }
    }
    // Longer ones, of what is not ASCII, make room as they need it.
    let lineSize = widths.reduce(0) { $0 + $1 + 2 }
    return rows.map { row in
      // What is empty at the end is left out, and the last cell is not padded: no line ends in
      // spaces.
      let last = row.lastIndex { $0.width > 0 } ?? 0
      var line = ""
      line.reserveCapacity(lineSize)
      for (column, cell) in row[...last].enumerated() {
        line += cell.text
        guard column < last else { break }
        line += String(repeating: " ", count: widths[column] - cell.width + 2)
      }
      return line
    }.joined(separator: "\n")
  }
}
