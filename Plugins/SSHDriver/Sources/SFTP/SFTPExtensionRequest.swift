/// What is asked of a server that offers it by name (OpenSSH's PROTOCOL, section 4).
enum SFTPExtensionRequest: Sendable, Hashable {
  /// Renames as POSIX does: what has the new name is replaced at once.
  case posixRename(from: [UInt8], to: [UInt8])
  /// Another name for the same file.
  case hardlink(file: [UInt8], link: [UInt8])
  /// What was written is brought to the disk.
  case fsync(SFTPHandle)
  case statvfs([UInt8])
  case limits
  /// Sets attributes of a link itself.
  case lsetstat([UInt8], SFTPAttributes)
  /// Copies on the server (draft-ietf-secsh-filexfer-extensions-00); a length of 0 is to the end.
  case copyData(SFTPHandle, offset: UInt64, length: UInt64, to: SFTPHandle, at: UInt64)
  /// A checksum (draft-ietf-secsh-filexfer-extensions-00, section 3); a length of 0 is to the end.
  case checkFile([UInt8], algorithms: [String], offset: UInt64, length: UInt64)

  /// The name by which it is asked for.
  var name: SFTPExtension {
    switch self {
    case .posixRename: .posixRename
    case .hardlink: .hardlink
    case .fsync: .fsync
    case .statvfs: .statvfs
    case .limits: .limits
    case .lsetstat: .lsetstat
    case .copyData: .copyData
    case .checkFile: .checkFile
    }
  }

  /// The paths in it.
  var paths: [[UInt8]] {
    switch self {
    case .posixRename(let from, let to): [from, to]
    case .hardlink(let file, let link): [file, link]
    case .statvfs(let path), .lsetstat(let path, _), .checkFile(let path, _, _, _): [path]
    case .fsync, .limits, .copyData: []
    }
  }

  /// Writes it, from its name on.
  ///
  /// - Parameter writer: Where to.
  /// - Throws: That it cannot be said.
  func write(_ writer: inout WireWriter) throws(WireFault) {
    // A checksum is offered as `check-file`, and asked for with what it is made of.
    if case .checkFile = self {
      try writer.string("check-file-name")
    } else {
      try writer.string(name.rawValue)
    }
    switch self {
    case .posixRename(let from, let to), .hardlink(let from, let to):
      try writer.string(from)
      try writer.string(to)
    case .fsync(let handle): try writer.string(handle.bytes)
    case .statvfs(let path): try writer.string(path)
    case .limits: break
    case .lsetstat(let path, let attributes):
      try writer.string(path)
      attributes.write(&writer)
    case .copyData(let from, let offset, let length, let to, let place):
      try writer.string(from.bytes)
      writer.uint64(offset)
      writer.uint64(length)
      try writer.string(to.bytes)
      writer.uint64(place)
    case .checkFile(let path, let algorithms, let offset, let length):
      try writer.string(path)
      try writer.nameList(algorithms)
      writer.uint64(offset)
      writer.uint64(length)
      // One checksum of all of it, not one for each block.
      writer.uint32(0)
    }
  }
}
