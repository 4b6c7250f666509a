internal import FileKit

extension ReplyMeaning {
  /// The meaning of 5yz: not done, and the same will not work later (RFC 959, section 4.2.1).
  static func lasting(
    _ code: Int,
    _ words: String,
    _ operation: FTPOperation,
    _ usesTLS: Bool
  ) -> ReplyMeaning {
    switch code {
    case 500...502, 504: unknown(code, words, operation)
    case 503: outOfOrder(words, operation)
    case 521: refused(words, operation)
    case 522: unprotected(words, operation, usesTLS)
    case 530: notLoggedIn(words, operation)
    case 532:
      ReplyMeaning(
        .authentication,
        "the server wants an account (ACCT) for that",
        "Use a login that needs none"
      )
    case 533...536: protection(words)
    case 550: file(words, operation)
    case 551:
      file(
        words,
        operation,
        otherwise: ReplyMeaning(
          .unsupported,
          "the server does not know that kind of file, or another one has it"
        )
      )
    case 552: noRoom(words)
    case 553: name(words, operation)
    default: file(words, operation)
    }
  }

  /// 500, 501, 502, 504: a command, or what stands behind it, that the server does not know.
  private static func unknown(
    _ code: Int,
    _ words: String,
    _ operation: FTPOperation
  ) -> ReplyMeaning {
    // vsftpd has 500 for what is wrong with itself.
    if words.contains("oops") {
      return ReplyMeaning(
        .failure,
        "the server cannot work as it is set up",
        words.contains("writable root")
          ? "The user's home must not be writable where it is the root: take the right to write from "
            + "it, or set allow_writeable_chroot=YES in vsftpd.conf"
          : "Look into its configuration and its log"
      )
    }
    if words.contains("port command") || words.contains("illegal port") {
      return ReplyMeaning(
        .unsupported,
        "the server refuses the address that it is to connect to",
        "Take passive mode"
      )
    }
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    // 501 is also for a path that cannot be (IIS, Serv-U), and for one that is not there.
    if code == 501, let known = ReplyWording.fileCode(words) { return file(known, operation) }
    if operation == .protect {
      return ReplyMeaning(
        .unsupported,
        "the server has no TLS",
        "Have it turned on there, or set `tls` to off where a connection in the clear will do"
      )
    }
    return ReplyMeaning(.unsupported, "the server does not know that command, or not in that form")
  }

  /// 503: commands in an order that the server does not take.
  private static func outOfOrder(_ words: String, _ operation: FTPOperation) -> ReplyMeaning {
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    if words.contains("login") || words.contains("log in") || words.contains("logged in") {
      return ReplyMeaning(
        .authentication,
        "the server does not take that without a login",
        "Look whether user and password are set"
      )
    }
    return ReplyMeaning(
      operation == .rename ? .notFound : .failure,
      "the server does not take that command after the one before",
      operation == .rename ? "The file to be renamed may not be there" : "Look into its log"
    )
  }

  /// 521: that a directory is there (RFC 959, appendix II), or a host that serves nobody (RFC 1846); today mostly that
  /// data must be enciphered (pyftpdlib).
  private static func refused(_ words: String, _ operation: FTPOperation) -> ReplyMeaning {
    if ReplyWording.wantsTLS(words) || operation.hasData { return dataProtectionNeeded }
    if operation == .makeDirectory { return file(.alreadyExists, operation) }
    if operation == .connect {
      return ReplyMeaning(
        .unsupported,
        "the server takes no connections",
        "Look whether host and port are right"
      )
    }
    return file(words, operation)
  }

  /// 522: by RFC 2428 a network protocol that is not known, today mostly a data connection that is not as safe as the
  /// server wants it.
  private static func unprotected(
    _ words: String,
    _ operation: FTPOperation,
    _ usesTLS: Bool
  ) -> ReplyMeaning {
    if words.contains("network protocol") {
      return ReplyMeaning(
        .unsupported,
        "the server does not take data connections over this version of IP",
        "Reach it by an address of the other version"
      )
    }
    // Where data is enciphered, nothing else is left that could be missing.
    return usesTLS ? sessionReuse : dataProtectionNeeded
  }

  private static let dataProtectionNeeded = ReplyMeaning(
    .unsupported,
    "the server wants data connections to be enciphered",
    "Set `tls` to explicit, with its data protection on"
  )

  /// 550: anything that is about a file, as its words say.
  private static func file(
    _ words: String,
    _ operation: FTPOperation,
    otherwise: ReplyMeaning? = nil
  ) -> ReplyMeaning {
    // "Permission denied (sharing violation)" is one that passes.
    let code = ReplyWording.fileCode(words)
    if let code, code != .permissionDenied { return file(code, operation) }
    if ReplyWording.isBusy(words) { return busy }
    if let code { return file(code, operation) }
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    return otherwise ?? guess(operation)
  }

  /// What it most often is where a server says no more than that it failed, as vsftpd does.
  private static func guess(_ operation: FTPOperation) -> ReplyMeaning {
    switch operation {
    case .read, .look, .checksum:
      ReplyMeaning(.notFound, "it is not there, is no file, or the user may not read it")
    case .list, .enter:
      ReplyMeaning(.notFound, "the directory is not there, or the user may not enter it")
    case .write, .append:
      ReplyMeaning(
        .permissionDenied,
        "the user may not write there, or the directory is not there",
        "Look whether the directory is there, and whose it is"
      )
    case .makeDirectory:
      ReplyMeaning(.failure, "often because it is there already, or the user may not write there")
    case .removeDirectory:
      ReplyMeaning(.failure, "often because something is in it, or it is not there")
    case .delete:
      ReplyMeaning(.failure, "often because it is not there, is a directory, or is not the user's")
    case .rename:
      ReplyMeaning(
        .failure,
        "often because it is not there, the new name is taken, or the user may not write there"
      )
    case .changeMode, .setTime:
      ReplyMeaning(.failure, "often because it is not there, or is not the user's")
    default: ReplyMeaning(.failure, "the server does not do that")
    }
  }

  /// 552: no room, of the disk or of the user.
  private static func noRoom(_ words: String) -> ReplyMeaning {
    // RFC 959 has it for what the user is given: the disk's end is 452. Servers mix them up.
    if ReplyWording.fileCode(words) == .diskFull {
      return ReplyMeaning(
        .diskFull,
        "the server's disk is full",
        "Make room there; what was written so far may still be there"
      )
    }
    return ReplyMeaning(
      .quotaExceeded,
      "there is no more room for this user: a quota, or a limit to the size of files",
      "Remove something there, or have the limit raised; what was written so far may still be there"
    )
  }

  /// 553: by the standard a name that is not allowed; vsftpd and pure-ftpd have it for all files that they cannot make.
  private static func name(_ words: String, _ operation: FTPOperation) -> ReplyMeaning {
    if let code = ReplyWording.fileCode(words) { return file(code, operation) }
    if words.contains("could not create") || words.contains("can't open")
      || words.contains("unable")
    {
      return ReplyMeaning(
        .permissionDenied,
        "the server cannot make the file: the user may not write there, the directory is not there, "
          + "or a directory has that name",
        "Look whose the directory is, and whether the server lets that user write "
          + "(vsftpd: write_enable=YES)"
      )
    }
    return ReplyMeaning(
      .nameRefused,
      "the server does not take that name, or does not let the user write there",
      "Take another name, or another directory"
    )
  }
}
