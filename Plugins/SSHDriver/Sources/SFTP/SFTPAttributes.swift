internal import FileKit

/// What is known of a file, or to be changed of it (draft-ietf-secsh-filexfer-02, section 5).
struct SFTPAttributes: Sendable, Hashable {
  /// The numbers of an owner and a group, which are told together.
  struct Owner: Sendable, Hashable {
    var user: UInt32
    var group: UInt32
  }

  /// When it was read and changed, in seconds since the beginning of 1970, which are told together.
  struct Times: Sendable, Hashable {
    var accessed: UInt32
    var modified: UInt32
  }

  /// How many bytes it has; to be changed, where it is cut off or filled up.
  var size: UInt64?
  var owner: Owner?
  /// The mode as POSIX has it; a server may tell what the file is in it.
  var mode: UInt32?
  var times: Times?

  private enum Flag {
    static let size: UInt32 = 0x01
    static let owner: UInt32 = 0x02
    static let mode: UInt32 = 0x04
    static let times: UInt32 = 0x08
    static let extended: UInt32 = 0x8000_0000
  }

  /// Nothing is known.
  init() {}

  /// Reads attributes; those that others have added are left out.
  ///
  /// - Parameter reader: Where they begin.
  /// - Throws: That they are cut off.
  init(_ reader: inout WireReader) throws(WireFault) {
    let flags = try reader.uint32()
    if flags & Flag.size != 0 { size = try reader.uint64() }
    if flags & Flag.owner != 0 {
      owner = Owner(user: try reader.uint32(), group: try reader.uint32())
    }
    if flags & Flag.mode != 0 { mode = try reader.uint32() }
    if flags & Flag.times != 0 {
      times = Times(accessed: try reader.uint32(), modified: try reader.uint32())
    }
    guard flags & Flag.extended != 0 else { return }
    // Each takes eight bytes at least, so that a count that lies ends with the packet.
    for _ in 0..<(try reader.uint32()) {
      _ = try reader.string()
      _ = try reader.string()
    }
  }

  /// Writes the attributes that there are.
  ///
  /// - Parameter writer: Where to.
  func write(_ writer: inout WireWriter) {
    var flags: UInt32 = 0
    if size != nil { flags |= Flag.size }
    if owner != nil { flags |= Flag.owner }
    if mode != nil { flags |= Flag.mode }
    if times != nil { flags |= Flag.times }
    writer.uint32(flags)
    if let size { writer.uint64(size) }
    if let owner {
      writer.uint32(owner.user)
      writer.uint32(owner.group)
    }
    if let mode { writer.uint32(mode) }
    if let times {
      writer.uint32(times.accessed)
      writer.uint32(times.modified)
    }
  }

  /// What the file is; nil: the server does not tell.
  var kind: FileEntry.Kind? {
    // The numbers of POSIX, which the protocol takes over.
    switch mode.map({ $0 & 0o170000 }) {
    case 0o100000: .file
    case 0o040000: .directory
    case 0o120000: .symlink
    case nil, 0: nil
    default: .other
    }
  }
}
