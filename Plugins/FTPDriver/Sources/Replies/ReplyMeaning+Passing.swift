internal import FileKit

extension ReplyMeaning {
  /// The meaning of 4yz: not done, and the same may work later (RFC 959, section 4.2.1).
  ///
  /// Many servers have it for what will never work.
  static func passing(
    _ code: Int,
    _ words: String,
    _ operation: FTPOperation,
    _ usesTLS: Bool
  ) -> ReplyMeaning {
    switch code {
    case 421: ended(words)
    case 425: noDataConnection(words, usesTLS)
    case 426: cutDataConnection(words, operation)
    case 430: wrongLogin
    case 431, 434:
      ReplyMeaning(
        .unsupported,
        "the server cannot do that at the moment",
        "Look into its log: a host or the certificate that TLS needs may be missing",
        mayPass: true
      )
    case 450: unavailable(words, operation)
    case 451:
      ReplyWording.fileCode(words).map { file($0, operation) }
        ?? ReplyMeaning(
          .failure,
          operation == .write || operation == .append
            ? "the server could not write the file: often its disk is full"
            : "the server failed by an error of its own",
          "Try again; if it stays, look into the server's log",
          mayPass: true
        )
    case 452:
      words.contains("quota")
        ? file(.quotaExceeded, operation)
        : ReplyMeaning(.diskFull, "the server has no room left for it", "Make room there")
    default:
      ReplyWording.fileCode(words).map { file($0, operation) }
        ?? ReplyMeaning(
          .failure,
          "the server cannot do that at the moment",
          "Try again later",
          mayPass: true
        )
    }
  }

  /// 421: the server ends the connection, for one of several reasons.
  private static func ended(_ words: String) -> ReplyMeaning {
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    if ReplyWording.isRepeatedLogin(words) { return wrongLogin }
    // "Too many users" in front: some add that one may come back after a timeout.
    if ReplyWording.isCrowded(words) {
      return ReplyMeaning(
        .connectionLost,
        "the server takes no more connections, of all users or of this address",
        "Try again later, or move fewer files at the same time; the server's limit can be raised "
          + "(vsftpd: max_clients, max_per_ip; proftpd: MaxClients; pure-ftpd: MaxClientsPerIP)",
        mayPass: true
      )
    }
    if ReplyWording.isTimeout(words) {
      return ReplyMeaning(
        .timeout,
        "the server has ended the connection because nothing happened on it for a while",
        "Try again: it is connected anew. For long transfers have the server wait longer "
          + "(vsftpd: idle_session_timeout; proftpd: TimeoutIdle; pure-ftpd: MaxIdleTime)",
        mayPass: true
      )
    }
    return ReplyMeaning(
      .connectionLost,
      "the server ends its service: it shuts down, or refuses connections",
      "Try again later; the server's log tells why",
      mayPass: true
    )
  }

  /// 425: no data connection came about.
  private static func noDataConnection(_ words: String, _ usesTLS: Bool) -> ReplyMeaning {
    if words.contains("bad ip") || words.contains("invalid address")
      || words.contains("not match") || words.contains("security")
    {
      return ReplyMeaning(
        .connectionLost,
        "the server takes data connections only from the address that the control connection has",
        "Where a proxy or several gateways stand between, have all go one way, or have the server "
          + "allow it (vsftpd: pasv_promiscuous=YES)",
        mayPass: false
      )
    }
    let tls = usesTLS ? ". With TLS it may also be a session that was not resumed" : ""
    return ReplyMeaning(
      .connectionLost,
      "no data connection came about",
      "Look whether a firewall lets the server's passive ports through, or, in active mode, "
        + "connections to this machine, or take the other one of both modes\(tls)",
      mayPass: true
    )
  }

  /// 426: a data connection was cut in the middle.
  private static func cutDataConnection(
    _ words: String,
    _ operation: FTPOperation
  ) -> ReplyMeaning {
    if let code = ReplyWording.fileCode(words), code.endsAll { return file(code, operation) }
    return ReplyMeaning(
      .connectionLost,
      ReplyWording.isTimeout(words)
        ? "the data connection stood still for too long, and the server has cut it"
        : "the data connection was cut in the middle",
      "Try again, and let it resume. If it happens at the same size or after the same time each "
        + "time, a firewall or a limit of the server is the reason",
      mayPass: true
    )
  }

  /// 450: a file or a directory is not to be had now.
  ///
  /// proftpd has it for a directory that is not there, and old servers for one without files.
  private static func unavailable(_ words: String, _ operation: FTPOperation) -> ReplyMeaning {
    if ReplyWording.isBusy(words) { return busy }
    if let code = ReplyWording.fileCode(words) { return file(code, operation) }
    if operation == .list, ReplyWording.isEmpty(words) || words.contains("no files") {
      return ReplyMeaning(.notFound, "there are no files in it, or no such directory is there")
    }
    return ReplyMeaning(
      .failure,
      "it is not to be had at the moment: it may be in use or locked by another",
      "Try again a little later",
      mayPass: true
    )
  }

  /// A file that somebody else has open.
  static let busy = ReplyMeaning(
    .failure,
    "it is in use by another, or locked",
    "Try again a little later, or find out who has it open",
    mayPass: true
  )
}
