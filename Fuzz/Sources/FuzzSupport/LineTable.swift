package import DriverHost

/// The lines of a text, to look up what stands at a place.
package struct LineTable {
  private var lines: [[Unicode.Scalar]] = [[]]

  /// The lines of a text, which end with LF, CR LF or CR.
  package init(_ text: String) {
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      let isBreak = scalar == "\n" || scalar == "\r"
      if isBreak {
        if !(scalar == "\n" && isAfterReturn) { lines.append([]) }
      } else {
        lines[lines.count - 1].append(scalar)
      }
      isAfterReturn = scalar == "\r"
    }
  }

  /// How many lines there are; an empty text has one.
  package var count: Int { lines.count }

  /// The character at a line and a column, which both count from 1; nil where there is none.
  package func scalar(at location: SourceLocation) -> Unicode.Scalar? {
    let (line, column) = (location.line - 1, location.column - 1)
    guard lines.indices.contains(line), lines[line].indices.contains(column) else { return nil }
    return lines[line][column]
  }

  /// Whether there is such a place: a character, or the end of a line.
  package func holds(_ location: SourceLocation) -> Bool {
    let line = location.line - 1
    return lines.indices.contains(line) && (1...lines[line].count + 1).contains(location.column)
  }
}
