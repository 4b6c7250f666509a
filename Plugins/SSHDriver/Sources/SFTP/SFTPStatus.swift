internal import FileKit

/// What a server says of a request that has no other answer (draft-ietf-secsh-filexfer-02, section 7).
struct SFTPStatus: Sendable, Hashable {
  /// The number of an outcome.
  struct Code: RawRepresentable, Sendable, Hashable {
    let rawValue: UInt32
    static let ok = Code(rawValue: 0)
    static let end = Code(rawValue: 1)
    static let noSuchFile = Code(rawValue: 2)
    static let permissionDenied = Code(rawValue: 3)
    static let failure = Code(rawValue: 4)
    static let badMessage = Code(rawValue: 5)
    static let noConnection = Code(rawValue: 6)
    static let connectionLost = Code(rawValue: 7)
    static let unsupported = Code(rawValue: 8)
    // Those of later versions, which some servers send in version 3 too.
    static let invalidHandle = Code(rawValue: 9)
    static let noSuchPath = Code(rawValue: 10)
    static let alreadyExists = Code(rawValue: 11)
    static let writeProtected = Code(rawValue: 12)
    static let noMedia = Code(rawValue: 13)
    static let noSpace = Code(rawValue: 14)
    static let quotaExceeded = Code(rawValue: 15)
    static let lockConflict = Code(rawValue: 17)
    static let directoryNotEmpty = Code(rawValue: 18)
    static let notDirectory = Code(rawValue: 19)
    static let invalidName = Code(rawValue: 20)
    static let linkLoop = Code(rawValue: 21)
    static let isDirectory = Code(rawValue: 24)
  }

  let code: Code
  /// What the server says, in bytes that ought to be UTF-8; empty: nothing.
  let message: [UInt8]

  /// A status.
  init(_ code: Code, message: String = "") {
    self.code = code
    self.message = Array(message.utf8)
  }

  /// Reads a status; old servers leave the message out.
  ///
  /// - Parameter reader: Where it begins.
  /// - Throws: That it is cut off.
  init(_ reader: inout WireReader) throws(WireFault) {
    code = Code(rawValue: try reader.uint32())
    message = reader.isAtEnd ? [] : Array(try reader.string())
  }

  /// Whether it was done.
  var isOK: Bool { code == .ok }

  /// What went wrong; nil: nothing, or that there is no more is no fault.
  ///
  /// `FAILURE` can be anything: what it is, is then looked for in the message.
  var fileCode: FileErrorCode? {
    switch code {
    case .ok, .end: nil
    case .noSuchFile, .noSuchPath: .notFound
    case .permissionDenied, .writeProtected: .permissionDenied
    case .alreadyExists: .alreadyExists
    case .noSpace: .diskFull
    case .quotaExceeded: .quotaExceeded
    case .directoryNotEmpty: .notEmpty
    case .isDirectory: .isDirectory
    case .notDirectory: .kindDiffers
    case .invalidName: .nameRefused
    case .unsupported: .unsupported
    case .noConnection, .connectionLost: .connectionLost
    default: SFTPStatus.meaning(of: message)
    }
  }

  private static func meaning(of message: [UInt8]) -> FileErrorCode {
    let text = String(decoding: message.prefix(512), as: UTF8.self).lowercased()
    // The texts of the operating systems' own errors, which many servers pass on.
    let meanings: [(String, FileErrorCode)] = [
      ("no space", .diskFull), ("not enough space", .diskFull), ("disk full", .diskFull),
      ("disk is full", .diskFull), ("quota", .quotaExceeded), ("not empty", .notEmpty),
      ("already exists", .alreadyExists), ("file exists", .alreadyExists),
      ("is a directory", .isDirectory), ("not a directory", .kindDiffers),
      ("no such file", .notFound), ("permission denied", .permissionDenied),
      ("read-only file system", .permissionDenied), ("name too long", .nameRefused),
    ]
    return meanings.first { text.contains($0.0) }?.1 ?? .failure
  }
}

extension SFTPStatus: CustomStringConvertible {
  /// The server's own words, on one line, or the number where it has none.
  var description: String {
    message.isEmpty ? "status \(code.rawValue)" : NameText(message.prefix(512)).description
  }
}
