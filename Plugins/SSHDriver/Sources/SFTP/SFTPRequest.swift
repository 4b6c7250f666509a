/// What is asked of a server (draft-ietf-secsh-filexfer-02, section 6; extensions as OpenSSH's PROTOCOL has them).
enum SFTPRequest: Sendable, Hashable {
  case open([UInt8], SFTPOpenFlags, SFTPAttributes)
  case close(SFTPHandle)
  case read(SFTPHandle, offset: UInt64, length: UInt32)
  case write(SFTPHandle, offset: UInt64, data: ArraySlice<UInt8>)
  /// Of a link: of the link itself.
  case lstat([UInt8])
  case stat([UInt8])
  case fstat(SFTPHandle)
  case setstat([UInt8], SFTPAttributes)
  case fsetstat(SFTPHandle, SFTPAttributes)
  case opendir([UInt8])
  case readdir(SFTPHandle)
  case remove([UInt8])
  case mkdir([UInt8], SFTPAttributes)
  case rmdir([UInt8])
  case realpath([UInt8])
  /// It fails where something has the new name.
  case rename(from: [UInt8], to: [UInt8])
  case readlink([UInt8])
  /// A link at `link` that leads to `target`.
  case symlink(target: [UInt8], link: [UInt8])
  case extended(SFTPExtensionRequest)
}

extension SFTPRequest {
  /// The first packet of all.
  static let start: [UInt8] = [0, 0, 0, 5, SFTPPacket.Request.start.rawValue, 0, 0, 0, 3]

  /// The packet that asks for it.
  ///
  /// The data of a `write` are copied once, into the packet.
  ///
  /// - Parameter id: A number that no other request in flight has.
  /// - Throws: That it cannot be said.
  /// - Returns: The packet.
  func packet(id: UInt32) throws(SFTPFault) -> [UInt8] {
    for path in paths where path.contains(0) { throw .zeroByte(path) }
    var writer = WireWriter()
    writer.byte(kind.rawValue)
    writer.uint32(id)
    do throws(WireFault) {
      try write(&writer)
    } catch {
      throw .unsendable(error.description)
    }
    let fields = writer.bytes
    let data: ArraySlice<UInt8> = if case .write(_, _, let data) = self { data } else { [] }
    guard fields.count + data.count <= SFTPPacket.limit else {
      throw .unsendable("a request of \(fields.count + data.count) bytes is too long for SFTP")
    }
    var packet = WireWriter()
    packet.uint32(UInt32(fields.count + data.count))
    packet.raw(fields)
    packet.raw(data)
    return packet.bytes
  }

  private var kind: SFTPPacket.Request {
    switch self {
    case .open: .open
    case .close: .close
    case .read: .read
    case .write: .write
    case .lstat: .lstat
    case .stat: .stat
    case .fstat: .fstat
    case .setstat: .setstat
    case .fsetstat: .fsetstat
    case .opendir: .opendir
    case .readdir: .readdir
    case .remove: .remove
    case .mkdir: .mkdir
    case .rmdir: .rmdir
    case .realpath: .realpath
    case .rename: .rename
    case .readlink: .readlink
    case .symlink: .symlink
    case .extended: .extended
    }
  }

  private var paths: [[UInt8]] {
    switch self {
    case .open(let path, _, _), .lstat(let path), .stat(let path), .setstat(let path, _),
      .opendir(let path), .remove(let path), .mkdir(let path, _), .rmdir(let path),
      .realpath(let path), .readlink(let path):
      [path]
    case .rename(let from, let to): [from, to]
    case .symlink(let target, let link): [target, link]
    case .extended(let request): request.paths
    case .close, .read, .write, .fstat, .fsetstat, .readdir: []
    }
  }

  private func write(_ writer: inout WireWriter) throws(WireFault) {
    switch self {
    case .open(let path, let flags, let attributes):
      try writer.string(path)
      writer.uint32(flags.rawValue)
      attributes.write(&writer)
    case .close(let handle), .fstat(let handle), .readdir(let handle):
      try writer.string(handle.bytes)
    case .read(let handle, let offset, let length):
      try writer.string(handle.bytes)
      writer.uint64(offset)
      writer.uint32(length)
    case .write(let handle, let offset, let data):
      try writer.string(handle.bytes)
      writer.uint64(offset)
      // The data themselves follow behind the fields.
      writer.uint32(UInt32(clamping: data.count))
    case .lstat(let path), .stat(let path), .opendir(let path), .remove(let path),
      .rmdir(let path), .realpath(let path), .readlink(let path):
      try writer.string(path)
    case .setstat(let path, let attributes), .mkdir(let path, let attributes):
      try writer.string(path)
      attributes.write(&writer)
    case .fsetstat(let handle, let attributes):
      try writer.string(handle.bytes)
      attributes.write(&writer)
    case .rename(let from, let to):
      try writer.string(from)
      try writer.string(to)
    case .symlink(let target, let link):
      // The other way round than the draft has it: OpenSSH's PROTOCOL, section 4.1, and all who follow it.
      try writer.string(target)
      try writer.string(link)
    case .extended(let request): try request.write(&writer)
    }
  }
}
