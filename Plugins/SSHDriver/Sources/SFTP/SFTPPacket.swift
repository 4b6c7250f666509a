/// The kinds of packets, as draft-ietf-secsh-filexfer-02 numbers them in section 3.
enum SFTPPacket {
  /// Packets from us.
  enum Request: UInt8, Sendable, Hashable {
    case start = 1
    case open = 3
    case close = 4
    case read = 5
    case write = 6
    case lstat = 7
    case fstat = 8
    case setstat = 9
    case fsetstat = 10
    case opendir = 11
    case readdir = 12
    case remove = 13
    case mkdir = 14
    case rmdir = 15
    case realpath = 16
    case stat = 17
    case rename = 18
    case readlink = 19
    case symlink = 20
    case extended = 200
  }

  /// Packets from the server.
  enum Answer: UInt8, Sendable, Hashable {
    case version = 2
    case status = 101
    case handle = 102
    case data = 103
    case names = 104
    case attributes = 105
    case extended = 201
  }

  /// The version that is spoken.
  static let version: UInt32 = 3
  /// How long a packet may be, without its length: what OpenSSH has, and room for what is around the data.
  static let limit = 256 * 1024 + 1024
  /// How much every server takes and sends at once (section 3).
  static let safeLength = 32 * 1024
  /// How long a handle may be (section 6.3).
  static let handleLimit = 256
}

/// A packet from the server, before anybody looked into it.
struct SFTPFrame: Sendable, Hashable {
  /// Its kind.
  let kind: UInt8
  /// The number of the request that it answers; of the first packet, the version.
  let id: UInt32
  /// All that follows.
  let body: [UInt8]
}

/// What a server calls an open file or directory.
struct SFTPHandle: Sendable, Hashable {
  /// Any bytes.
  let bytes: [UInt8]
}

/// How a file is opened (section 6.3).
struct SFTPOpenFlags: OptionSet, Sendable, Hashable {
  let rawValue: UInt32
  static let read = SFTPOpenFlags(rawValue: 0x01)
  static let write = SFTPOpenFlags(rawValue: 0x02)
  /// Whatever offset is told, it is written at the end.
  static let append = SFTPOpenFlags(rawValue: 0x04)
  static let create = SFTPOpenFlags(rawValue: 0x08)
  /// What is in it is removed; only with `create`.
  static let truncate = SFTPOpenFlags(rawValue: 0x10)
  /// It fails where the file is there; only with `create`.
  static let exclusive = SFTPOpenFlags(rawValue: 0x20)
}
