/// What a server can do besides the protocol, by the names it offers it by.
enum SFTPExtension: String, Sendable, Hashable, CaseIterable {
  case posixRename = "posix-rename@openssh.com"
  case hardlink = "hardlink@openssh.com"
  case fsync = "fsync@openssh.com"
  case statvfs = "statvfs@openssh.com"
  case limits = "limits@openssh.com"
  case lsetstat = "lsetstat@openssh.com"
  case copyData = "copy-data"
  case checkFile = "check-file"
}

/// A server's first packet (draft-ietf-secsh-filexfer-02, section 4).
struct SFTPVersion: Sendable, Hashable {
  let version: UInt32
  /// What it offers that is known here, in the revision that is known here.
  let extensions: Set<SFTPExtension>
  /// The names of all that it offers, for people; those that are no text are left out.
  let names: [String]

  /// The revisions of those that have one; the others are known by their names alone.
  private static let revisions: [SFTPExtension: String] = [
    .posixRename: "1", .hardlink: "1", .fsync: "1", .statvfs: "2", .limits: "1", .lsetstat: "1",
    .copyData: "1",
  ]

  /// Reads the packet.
  ///
  /// - Parameters:
  ///   - version: The version.
  ///   - reader: What follows.
  /// - Throws: That it is cut off, or that the version is not ours.
  init(_ version: UInt32, _ reader: inout WireReader) throws(SFTPFault) {
    guard version == SFTPPacket.version else { throw .version(version) }
    self.version = version
    var extensions: Set<SFTPExtension> = []
    var names: [String] = []
    do throws(WireFault) {
      while !reader.isAtEnd {
        let (name, revision) = (try reader.string(), try reader.string())
        guard let name = String(validating: name, as: UTF8.self) else { continue }
        names.append(name)
        guard let known = SFTPExtension(rawValue: name) else { continue }
        let expected = SFTPVersion.revisions[known].map { Array($0.utf8) }
        if expected == nil || expected == Array(revision) { extensions.insert(known) }
      }
    } catch {
      throw .malformed(kind: SFTPPacket.Answer.version.rawValue, error)
    }
    self.extensions = extensions
    self.names = names
  }
}
