import DriverHost

extension CSVReader {
  /// The header, which names the input of each column as the left side of an argument does.
  ///
  /// - Returns: An argument without a value for each column.
  /// - Throws: What is wrong with it: nothing runs then.
  mutating func columns() throws(HostError) -> [InputArgument] {
    guard let (header, line) = try next() else {
      throw fault(1, "there is no header, which names the input of each column")
    }
    var columns: [InputArgument] = []
    for (index, field) in header.enumerated() {
      do throws(HostError) {
        columns.append(try InputArgument("\(field.text)=", number: index + 1))
      } catch {
        throw fault(line, "column \(index + 1) has no name of an input: \(error.message)")
      }
    }
    // By the bytes of the names, as inputs are told apart.
    var first: [JSONPointer: Int] = [:]
    for (index, column) in columns.enumerated() {
      if let other = first.updateValue(index, forKey: JSONPointer(column.path)) {
        throw fault(
          line,
          "columns \(other + 1) and \(index + 1) are both for the input `\(column.name)`: leave one of them out, or give it another name"
        )
      }
    }
    return columns
  }
}
