import Glibc

/// Reading folders and resolving paths.
package enum Folder {
  /// The names in a folder that satisfy a condition, sorted, without `.` and `..`.
  ///
  /// The corresponding C function is `readdir`.
  package static func names(
    in path: String,
    where isWanted: (String) -> Bool
  ) throws(SystemError) -> [String] {
    guard let stream = unsafe opendir(path) else { throw SystemError() }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while true {
      // readdir tells its end from a failure by errno alone.
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        guard errno == 0 else { throw SystemError() }
        names.sort()
        return names
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if isWanted(name) { names.append(name) }
    }
  }

  /// The absolute path without links, `.` and `..`.
  ///
  /// The corresponding C function is `realpath`.
  package static func resolved(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError() }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The folder that a resolved path stands in; `/` for `/` itself.
  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
      return "/"
    }
    return String(path[..<slash])
  }

  /// The last part of a path.
  static func name(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.index(after: slash)...])
  }

  /// The path of a name in a folder.
  static func path(of name: String, in folder: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }
}
