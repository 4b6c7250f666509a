internal import FileKit
internal import TransferKit

/// Something that a server did not do: what, with which file, and why.
struct SFTPError: Error, Sendable, Hashable {
  /// What was to be done.
  enum Operation: String, Sendable, Hashable {
    case open = "open"
    case create = "create"
    case close = "close"
    case read = "read"
    case write = "write"
    case sync = "bring to disk"
    case list = "list"
    case look = "look at"
    case change = "change the attributes of"
    case remove = "remove"
    case makeDirectory = "make the directory"
    case removeDirectory = "remove the directory"
    case resolve = "find out the real path of"
    case rename = "rename"
    case readLink = "read the link"
    case makeLink = "make the link"
    case copy = "copy"
    case checksum = "make a checksum of"
    case space = "ask for the room on the disk of"
  }

  let operation: Operation
  let path: RemotePath
  /// The other path, such as the new name.
  var other: RemotePath?
  let status: SFTPStatus
  /// Whether the server's disk was found full after it had said no more than that it failed.
  var isDiskFull = false

  /// What went wrong.
  ///
  /// A status that is none of an error is no answer to the question: the server does not keep to the protocol.
  var code: FileErrorCode {
    let code = status.fileCode ?? .malformed
    return code == .failure && isDiskFull ? .diskFull : code
  }
}

extension SFTPError: CustomStringConvertible {
  /// What was not done, and why, for people.
  var description: String {
    let to = other.map { " to \($0.text)" } ?? ""
    let start = "cannot \(operation.rawValue) \(path.text)\(to): "
    guard let reason else { return start + status.description }
    return start + reason + " (the server says: \(status))"
  }

  private var reason: String? {
    switch code {
    case .notFound:
      operation == .create || operation == .makeDirectory || other != nil
        ? "the directory it belongs into is not there, or the file itself" : "it is not there"
    case .permissionDenied: "the user may not do that there"
    case .alreadyExists: "there already is one"
    case .isDirectory: "it is a directory"
    case .kindDiffers: "a part of the path is no directory"
    case .notEmpty: "there is something in it"
    case .nameRefused: "the server does not take that name"
    case .diskFull: "the server's disk is full"
    case .quotaExceeded: "the user's quota on the server is used up"
    case .unsupported: "the server cannot do that"
    case .connectionLost: "the server has lost its own connection"
    case .failure: guess
    default: nil
    }
  }

  /// What it most often is where a server says no more than that it failed, as OpenSSH does for most errors.
  private var guess: String? {
    switch operation {
    case .makeDirectory: "often because something is there already"
    case .removeDirectory: "often because something is in it"
    case .rename: "often because something has that name, or it is on another disk"
    case .write, .sync, .close: "often because the disk is full, or a limit is reached"
    case .makeLink: "often because something has that name"
    case .create: "often because a directory has that name, or it is there already"
    case .remove: "often because it is a directory"
    case .read: "often because it is a directory"
    default: nil
    }
  }
}
