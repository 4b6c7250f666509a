internal import FileKit

/// Something that a server did not do: what, with which file, why, and what to do.
struct ReplyFault: Error, Sendable, Hashable {
  /// What was to be done.
  let operation: FTPOperation
  /// With which file; nil: with none.
  let path: RemotePath?
  /// The other path, such as the new name.
  let other: RemotePath?
  /// What the server answered.
  let reply: FTPReply
  /// What that means.
  let meaning: ReplyMeaning

  /// A fault.
  ///
  /// - Parameters:
  ///   - operation: What was to be done.
  ///   - path: With which file.
  ///   - other: The other path, such as the new name.
  ///   - reply: What the server answered.
  ///   - usesTLS: Whether data connections are enciphered.
  init(
    _ operation: FTPOperation,
    _ path: RemotePath? = nil,
    to other: RemotePath? = nil,
    reply: FTPReply,
    usesTLS: Bool = false
  ) {
    self.operation = operation
    self.path = path
    self.other = other
    self.reply = reply
    meaning = ReplyMeaning(reply, operation, usesTLS: usesTLS)
  }

  /// What went wrong.
  var code: FileErrorCode { meaning.code }

  /// Whether the same may work a little later, with nothing changed.
  var mayPass: Bool { meaning.mayPass }
}

extension ReplyFault: CustomStringConvertible {
  /// What was not done, why, in whose words, and what to do, for people.
  var description: String {
    let what = path.map { " \($0.text)" } ?? ""
    let to = other.map { " to \($0.text)" } ?? ""
    let hint = meaning.hint.isEmpty ? "" : ". " + meaning.hint
    return "cannot \(operation.rawValue)\(what)\(to): \(meaning.reason) "
      + "(the server says: \(reply))\(hint)"
  }
}

extension FTPReply {
  /// What a reply to a listing that had no lines tells of the directory.
  enum EmptyListing: Sendable, Hashable {
    /// There is nothing in it.
    case empty
    /// There is nothing in it, or it is not there at all: vsftpd says the same of both. Entering it tells.
    case unsure
    /// It could not be listed.
    case failed
  }

  /// What this reply to LIST, NLST or MLSD tells where no line came.
  ///
  /// 226 and 250 end a listing well. So do 450 and 550 where they say that there are no files, as old servers do.
  var emptyListing: EmptyListing {
    let words = words
    switch code {
    case 200..<300: return words.contains("failed to open directory") ? .failed : .unsure
    case 450, 550: return ReplyWording.isEmpty(words) ? .empty : .failed
    default: return .failed
    }
  }
}
