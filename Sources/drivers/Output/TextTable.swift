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
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      // What is empty at the end is left out, and the last cell is not padded: no line ends in
      // spaces.
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      let cells = row[...last].enumerated().map { column, cell in
        column == last ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
