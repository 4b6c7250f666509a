/// Why the values of a script's variables cannot be read.
enum OutputVariablesFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is more than the limit.
  case tooLong
  /// A line of the file, from 1, is none of a variable.
  case line(Int)
  /// The lines of a value do not end; the number is that of its first line.
  case openWord(Int)

  var description: String {
    switch self {
    case .tooLong:
      "output_vars: the values have more than \(OutputVariables.limit) bytes: "
        + "write them to a file, and name it in output_files"
    case .line(let line):
      "output_vars: line \(line) of the file in \(OutputVariables.fileVariable) is neither NAME=value nor NAME<<WORD"
    case .openWord(let line):
      "output_vars: the value that begins on line \(line) of the file in \(OutputVariables.fileVariable) does not end: "
        + "its word must stand alone on a line"
    }
  }
}
