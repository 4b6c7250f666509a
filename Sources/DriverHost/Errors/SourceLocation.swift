/// Where in a file something stands.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// The file's path, or a name such as `<standard input>`.
  public var file: String
  /// From 1; 0 where only the file is known.
  public var line: Int
  /// From 1, in characters; 0 where only the line is known.
  public var column: Int

  /// A place in a file.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, as compilers write it.
  public var description: String {
    if line == 0 { return file }
    return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
  }
}
