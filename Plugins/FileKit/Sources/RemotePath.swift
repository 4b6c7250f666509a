/// A path: names with `/` between them, in bytes, since servers know names in any encoding.
///
/// Paths of this machine are such paths too. What a user wrote is left as it is, with its `..`: only the server knows
/// where a `..` behind a symbolic link leads to.
package struct RemotePath: Sendable, Hashable {
  /// The bytes.
  package let bytes: [UInt8]

  static let slash = UInt8(ascii: "/")

  /// How many bytes a name has at most: no file system has longer ones.
  static let nameLimit = 4096

  /// A path of bytes.
  package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// A path of text, in UTF-8.
  package init(_ text: String) { self.bytes = Array(text.utf8) }

  /// The path for people, on one line.
  package var text: String { NameText(bytes).description }

  /// Whether it begins at the root.
  package var isAbsolute: Bool { bytes.first == RemotePath.slash }

  /// Whether it means where it begins: nothing, `.` or `/`, with any number of `/`.
  package var isBase: Bool { parts.isEmpty }

  /// The names in it, without empty ones and `.`.
  package var parts: [ArraySlice<UInt8>] {
    bytes.split(separator: RemotePath.slash).filter { !$0.elementsEqual(".".utf8) }
  }

  /// The last name; empty: there is none.
  package var name: ArraySlice<UInt8> { parts.last ?? [] }

  /// The same path without empty names and `.`; nothing is left of `.`, and `..` stays.
  package var tidied: RemotePath { RemotePath(parts: parts[...], isAbsolute: isAbsolute) }

  /// The same path with its `..` taken away by their looks, which is another file where links are in it.
  ///
  /// Those at the beginning of a relative path stay; those at the root lead nowhere.
  package var normalized: RemotePath {
    var names: [ArraySlice<UInt8>] = []
    for part in parts {
      if !part.elementsEqual("..".utf8) {
        names.append(part)
      } else if let last = names.last, !last.elementsEqual("..".utf8) {
        names.removeLast()
      } else if !isAbsolute {
        names.append(part)
      }
    }
    return RemotePath(parts: names[...], isAbsolute: isAbsolute)
  }

  /// The directory it is in; nil: it has no name, or its last one is `..`.
  package var parent: RemotePath? {
    let parts = parts
    guard let last = parts.last, !last.elementsEqual("..".utf8) else { return nil }
    return RemotePath(parts: parts.dropLast(), isAbsolute: isAbsolute)
  }

  /// A path made of names.
  private init(parts: ArraySlice<ArraySlice<UInt8>>, isAbsolute: Bool) {
    var bytes: [UInt8] = isAbsolute ? [RemotePath.slash] : []
    for (index, part) in parts.enumerated() {
      if index > 0 { bytes.append(RemotePath.slash) }
      bytes += part
    }
    self.bytes = bytes
  }

  /// The path that another one means where this one is the current directory.
  ///
  /// - Parameter other: What a user wrote: an absolute path stands for itself.
  /// - Returns: The path.
  package func appending(_ other: RemotePath) -> RemotePath {
    if other.isAbsolute || bytes.isEmpty { return other }
    if other.bytes.isEmpty { return self }
    let separator = bytes.last == RemotePath.slash ? [] : [RemotePath.slash]
    return RemotePath(bytes + separator + other.bytes)
  }

  /// The path of a file in this directory.
  ///
  /// - Parameter name: Its name, also one from a server that must not be trusted.
  /// - Throws: Why it is no name: nothing that is in the way of staying in this directory passes.
  /// - Returns: The path.
  package func appending(name: some Sequence<UInt8>) throws(PathFault) -> RemotePath {
    appending(RemotePath(try RemotePath.checkedName(Array(name))))
  }

  /// Looks whether bytes are the name of a file, whatever else is in them.
  ///
  /// - Parameter name: The bytes.
  /// - Throws: Why they are not.
  /// - Returns: The same bytes.
  package static func checkedName(_ name: [UInt8]) throws(PathFault) -> [UInt8] {
    if name.isEmpty { throw .empty }
    if name.count > nameLimit { throw .tooLong(limit: nameLimit) }
    if name.contains(0) { throw .zeroByte(name) }
    if name.contains(slash) { throw .separator(name) }
    if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { throw .dots(name) }
    return name
  }

  /// The path of something below this directory.
  ///
  /// - Parameter path: A relative path, also one from a server that must not be trusted.
  /// - Throws: Why it would not be below: it is absolute, has a `..` or a zero byte, or no name.
  /// - Returns: The path.
  package func appending(below path: RemotePath) throws(PathFault) -> RemotePath {
    if path.isAbsolute { throw .escape(path.bytes) }
    let parts = path.parts
    if parts.isEmpty { throw .empty }
    for part in parts {
      if part.elementsEqual("..".utf8) { throw .escape(path.bytes) }
      if part.contains(0) { throw .zeroByte(path.bytes) }
    }
    return appending(RemotePath(parts: parts[...], isAbsolute: false))
  }
}
