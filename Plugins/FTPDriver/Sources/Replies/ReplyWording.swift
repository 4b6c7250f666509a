internal import FileKit

/// What the words of a reply say, where its code says little: 550 stands for anything.
///
/// The words are those of vsftpd, proftpd, pure-ftpd, pyftpdlib, FileZilla Server, Serv-U and IIS, and of the errors of
/// operating systems, which many servers pass on (strerror(3), FormatMessage). Servers that speak another language are
/// not understood: the code stands for itself then, and the words are shown.
enum ReplyWording {
  /// What the words of a reply about a file say; nil: nothing that is known.
  ///
  /// The first that fits counts, so that special ones stand in front: "doesn't exist" before "exist". What is behind the
  /// last colon is looked at first, since in front of it is often a name, and that can be any words.
  ///
  /// - Parameter words: The reply's ``FTPReply/words``.
  /// - Returns: What went wrong.
  static func fileCode(_ words: String) -> FileErrorCode? {
    if let colon = words.ranges(of: ": ").last {
      let reason = words[colon.upperBound...]
      if let found = files.first(where: { reason.contains($0.0) }) { return found.1 }
    }
    // A word with a `/` or a point in it is a part of a path.
    let own = words.split(separator: " ")
      .filter { !$0.contains("/") && !$0.dropLast().contains(".") }
    let text = own.joined(separator: " ")
    return files.first { text.contains($0.0) }?.1
  }

  private static let files: [(String, FileErrorCode)] = [
    // "SIZE not allowed in ASCII mode" is about the mode and not about the file.
    ("ascii mode", .failure),
    ("quota", .quotaExceeded), ("exceeded storage", .quotaExceeded),
    ("no space left", .diskFull), ("disk full", .diskFull), ("disk is full", .diskFull),
    ("not enough space", .diskFull), ("insufficient disk", .diskFull),
    ("insufficient storage", .diskFull), ("out of space", .diskFull),
    // IIS says "The directory is not empty."
    ("not empty", .notEmpty),
    ("not a directory", .kindDiffers), ("directory name is invalid", .kindDiffers),
    ("is not a directory", .kindDiffers),
    ("is a directory", .isDirectory), ("not a regular file", .isDirectory),
    ("not a plain file", .isDirectory), ("not a file", .isDirectory),
    ("only retrieve regular files", .isDirectory),
    ("file name too long", .nameRefused), ("path too long", .nameRefused),
    ("prohibited", .nameRefused), ("file name not allowed", .nameRefused),
    ("invalid file name", .nameRefused), ("invalid filename", .nameRefused),
    ("filename invalid", .nameRefused), ("forbidden filename", .nameRefused),
    ("invalid path", .nameRefused), ("label syntax is incorrect", .nameRefused),
    ("illegal byte sequence", .nameRefused), ("invalid character", .nameRefused),
    // "File doesn't exist" has "exist" in it: what is not there stands in front of what is.
    ("no such file", .notFound), ("not found", .notFound), ("cannot find", .notFound),
    ("can't find", .notFound), ("doesn't exist", .notFound), ("does not exist", .notFound),
    ("not exist", .notFound), ("no such directory", .notFound), ("no match for", .notFound),
    ("no such path", .notFound), ("could not find", .notFound), ("couldn't find", .notFound),
    // "Cannot create a file when that file already exists."
    ("already exist", .alreadyExists), ("file exists", .alreadyExists),
    ("directory exists", .alreadyExists), ("already there", .alreadyExists),
    ("may not overwrite", .permissionDenied), ("overwrite", .alreadyExists),
    ("permission", .permissionDenied), ("access is denied", .permissionDenied),
    ("access denied", .permissionDenied), ("not permitted", .permissionDenied),
    ("not enough privileges", .permissionDenied), ("privilege", .permissionDenied),
    ("not allowed", .permissionDenied), ("read-only file system", .permissionDenied),
    ("read only", .permissionDenied), ("write protected", .permissionDenied),
    ("forbidden", .permissionDenied), ("anonymous users", .permissionDenied),
    ("unauthorized", .permissionDenied), ("not authorized", .permissionDenied),
  ]

  /// Whether a file is in somebody else's hands, which passes.
  static func isBusy(_ words: String) -> Bool {
    [
      "busy", "being used by another", "in use", "sharing violation", "locked", "try again",
      "temporarily", "has grown while",
    ]
    .contains(where: words.contains)
  }

  /// Whether a data connection was refused because it did not resume the TLS session of its control connection.
  ///
  /// vsftpd has 522, FileZilla Server 425 and 450. proftpd says no more than "Operation not permitted".
  static func isSessionReuse(_ words: String) -> Bool {
    words.contains("session reuse") || words.contains("resum") || words.contains("ssl_reuse")
      || words.contains("data connection: operation not permitted")
      || words.contains("not match the control connection")
  }

  /// Whether the server wants TLS, of the control connection or of the data connections.
  static func wantsTLS(_ words: String) -> Bool {
    let names = ["tls", "ssl", "encrypt", "cleartext", "secure connection", "prot p", "protection"]
    guard names.contains(where: words.contains) else { return false }
    let wishes = [
      "require", "must", "need", "only", "not accepted", "not allow plain", "not allowed", "policy",
      "use ftp over tls", "use explicit", "use auth", "denied", "reconnect using",
    ]
    return wishes.contains(where: words.contains)
  }

  /// Whether there are as many connections as the server takes.
  static func isCrowded(_ words: String) -> Bool {
    if words.contains("session time") { return false }
    return [
      "too many", "maximum", "max number", "limit", "already connected", "already logged in",
      "more than", "no more connections", "connections exceeded",
    ]
    .contains(where: words.contains)
  }

  /// Whether the server was waiting for too long.
  static func isTimeout(_ words: String) -> Bool {
    ["timeout", "timed out", "time out", "idle", "inactiv", "stalled", "session time"]
      .contains(where: words.contains)
  }

  /// Whether a login failed too often.
  static func isRepeatedLogin(_ words: String) -> Bool {
    ["authentication", "login attempts", "failures", "password"].contains(where: words.contains)
  }

  /// Whether a directory has no files, which some servers tell as an error.
  ///
  /// "No files found or invalid directory" is none: it can be both.
  static func isEmpty(_ words: String) -> Bool {
    let texts = ["no files found", "no file found", "directory is empty", "no files in directory"]
    return texts.contains(where: words.contains) && !words.contains(" or ")
  }
}
