import Glibc

/// A path without links, and the symbolic links that led there.
///
/// Whoever can put another link in the place of one of them decides what the path leads to.
struct LinkTrail: Sendable, Hashable {
  /// The absolute path without links, `.` and `..`.
  private(set) var path: String
  /// What stands there.
  let status: FileStatus
  /// Every link on the way, by its name in a folder whose path has no links.
  private(set) var links: [String] = []

  /// The kernel follows as many: path_resolution(7).
  private static let limit = 40

  /// Follows a path to what it names.
  ///
  /// The corresponding C functions are `lstat` and `readlink`; `realpath` does the same and does
  /// not say which way it went.
  ///
  /// - Parameters:
  ///   - start: The path.
  ///   - folder: The absolute path without links that it starts from unless it begins with a slash;
  ///     nil: the current folder.
  /// - Throws: What the system says of a part of the path.
  init(_ start: String, in folder: String? = nil) throws(SystemError) {
    guard !start.isEmpty else { throw SystemError(ENOENT) }
    if start.utf8.first == LinkTrail.slash {
      path = "/"
    } else if let folder {
      path = folder
    } else {
      path = try Folder.resolved(".")
    }
    var rest = LinkTrail.parts(of: start)
    // That of `path`, where it has been looked at.
    var last: FileStatus?
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == ".." {
        path = Folder.parent(of: path)
        last = nil
        continue
      }
      let here = Folder.path(of: name, in: path)
      let found = try FileStatus.ofLink(here)
      guard found.kind == .symbolicLink else {
        guard rest.isEmpty || found.kind == .folder else { throw SystemError(ENOTDIR) }
        path = here
        last = found
        continue
      }
      guard links.count < LinkTrail.limit else { throw SystemError(ELOOP) }
      links.append(here)
      let target = try LinkTrail.target(of: here)
      if target.utf8.first == LinkTrail.slash {
        path = "/"
        last = nil
      }
      rest = LinkTrail.parts(of: target) + rest
    }
    if let last {
      status = last
    } else {
      status = try FileStatus.ofLink(path)
    }
  }

  private static let slash = UInt8(ascii: "/")

  /// The names in a path; an empty one and `.` stay where they are.
  private static func parts(of path: String) -> [String] {
    // Most are the names of files in a folder.
    if !path.utf8.contains(slash), path != "." { return [path] }
    return path.utf8.split(separator: slash).map { String(Substring($0)) }.filter { $0 != "." }
  }

  private static func target(of link: String) throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(link, &buffer, buffer.count)
    guard count >= 0 else { throw SystemError() }
    // One that fills the buffer may be cut off.
    guard count < buffer.count else { throw SystemError(ENAMETOOLONG) }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
