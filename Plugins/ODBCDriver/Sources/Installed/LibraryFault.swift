/// Why a file is not one that the loader takes.
enum LibraryFault: Error, Hashable, Sendable {
  case missing
  /// The system's words.
  case unreadable(String)
  case notELF
  /// It is for 32-bit programs, or for another architecture.
  case otherArchitecture
  /// It is a program, an object file or a core dump.
  case notShared
  /// It is cut off, or damaged.
  case damaged
  /// It is a library, but none of a driver.
  case notADriver
}

extension LibraryFault: CustomStringConvertible {
  /// What is wrong, without a full stop.
  var description: String {
    switch self {
    case .missing: "it is not there"
    case .unreadable(let reason): "it cannot be read: \(reason)"
    case .notELF: "it is no shared library"
    case .otherArchitecture: "it is built for another architecture than this program"
    case .notShared: "it is an ELF file, but no shared library"
    case .damaged: "it is cut off or damaged"
    case .notADriver: "it has no function of ODBC"
    }
  }
}
