internal import FileKit

/// What a reply means to who asked for something: what went wrong, why, and what to do.
struct ReplyMeaning: Sendable, Hashable {
  /// What went wrong.
  let code: FileErrorCode
  /// Why, in a few words that come behind a colon.
  let reason: String
  /// What to do; empty: nobody knows better than the server's words.
  let hint: String
  /// Whether the same may work a little later, with nothing changed.
  let mayPass: Bool

  /// A meaning.
  init(_ code: FileErrorCode, _ reason: String, _ hint: String = "", mayPass: Bool = false) {
    self.code = code
    self.reason = reason
    self.hint = hint
    self.mayPass = mayPass
  }

  /// The meaning of a reply.
  ///
  /// - Parameters:
  ///   - reply: The reply; also one that all is well, where the operation is known to have failed.
  ///   - operation: What was asked for.
  ///   - usesTLS: Whether data connections are enciphered.
  init(_ reply: FTPReply, _ operation: FTPOperation, usesTLS: Bool) {
    let words = reply.words
    switch reply.code {
    // In all codes: servers do not agree which one it is.
    case 400..<600 where operation.hasData && usesTLS && ReplyWording.isSessionReuse(words):
      self = ReplyMeaning.sessionReuse
    case 400..<500: self = ReplyMeaning.passing(reply.code, words, operation, usesTLS)
    case 500..<600: self = ReplyMeaning.lasting(reply.code, words, operation, usesTLS)
    case 200..<300 where words.contains("failed to open directory"):
      self = ReplyMeaning(
        .permissionDenied,
        "the server could not open the directory",
        "Look whether it is there, and whether the user may read it"
      )
    case 300..<400 where operation == .logIn:
      self = ReplyMeaning(
        .authentication,
        "the server asks for more than user and password",
        "Give the account that it wants (ACCT) in authentication.account; a login with a password for "
          + "one time does not work"
      )
    default:
      self = ReplyMeaning(
        .malformed,
        "the server answers what is no answer to that",
        "It does not keep to RFC 959: look whether something stands between, such as a firewall"
      )
    }
  }

  /// A data connection that is not of the same TLS session as the control connection.
  static let sessionReuse = ReplyMeaning(
    .unsupported,
    "the server takes data connections only that resume the TLS session of the control connection, "
      + "and this one did not",
    "Try again: a session may have expired. If it stays, have the server allow others "
      + "(vsftpd: require_ssl_reuse=NO; proftpd: TLSOptions NoSessionReuseRequired; FileZilla "
      + "Server: no TLS session resumption)",
    mayPass: true
  )

  /// A user who may not do something there.
  static func denied(_ operation: FTPOperation) -> ReplyMeaning {
    ReplyMeaning(
      .permissionDenied,
      "the user may not do that there",
      operation.changes
        ? "Look whose the directory is, and whether the server lets that user write "
          + "(vsftpd: write_enable=YES)" : "Look whose it is, and who may read it"
    )
  }

  /// The meaning of what the words of a reply say of a file.
  ///
  /// - Parameters:
  ///   - code: What they say.
  ///   - operation: What was asked for.
  /// - Returns: The meaning.
  static func file(_ code: FileErrorCode, _ operation: FTPOperation) -> ReplyMeaning {
    switch code {
    case .notFound:
      switch operation {
      case .write, .append, .makeDirectory:
        ReplyMeaning(code, "the directory it belongs into is not there", "Make that one first")
      case .rename:
        ReplyMeaning(code, "it is not there, or the directory it is to go to is not")
      default:
        ReplyMeaning(
          code,
          "it is not there",
          "Look whether the path is right: one without `/` in front begins where the login does"
        )
      }
    case .permissionDenied: denied(operation)
    case .alreadyExists:
      ReplyMeaning(code, "there already is one", "Take another name, or remove what is there")
    case .isDirectory:
      operation == .enter || operation == .removeDirectory
        ? ReplyMeaning(.kindDiffers, "it is no directory")
        : ReplyMeaning(code, "it is a directory, or something else that is no file")
    case .kindDiffers: ReplyMeaning(code, "it, or a part of the path, is no directory")
    case .notEmpty:
      ReplyMeaning(code, "there is something in it", "Remove that first, or have all of it removed")
    case .nameRefused:
      ReplyMeaning(code, "the server does not take that name", "Take another name")
    case .diskFull: ReplyMeaning(code, "the server's disk is full", "Make room there")
    case .quotaExceeded:
      ReplyMeaning(
        code,
        "the user's quota on the server is used up",
        "Remove something there, or have the quota raised"
      )
    default: ReplyMeaning(code, "the server could not do that")
    }
  }
}
