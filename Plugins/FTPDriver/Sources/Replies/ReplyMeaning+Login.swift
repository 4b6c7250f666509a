internal import FileKit

extension ReplyMeaning {
  /// A login that is none.
  static let wrongLogin = ReplyMeaning(
    .authentication,
    "user or password is wrong, or the server does not let that user in",
    "Look whether both are right. Servers do not tell a wrong password from a user who is locked or "
      + "not on their list (vsftpd: userlist_file, and a shell from /etc/shells)"
  )

  /// A server that wants TLS.
  static let tlsNeeded = ReplyMeaning(
    .authentication,
    "the server wants TLS",
    "Set `tls` to explicit, or to implicit where the port is 990"
  )

  /// 530: not logged in, or not let in.
  static func notLoggedIn(_ words: String, _ operation: FTPOperation) -> ReplyMeaning {
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    if ReplyWording.isCrowded(words) && !words.contains("attempts") && !words.contains("failures") {
      return ReplyMeaning(
        .connectionLost,
        "the server takes no more connections of this user or address",
        "Try again later, or move fewer files at the same time",
        mayPass: true
      )
    }
    if words.contains("home dir") || words.contains("chroot") || words.contains("inaccessible") {
      return ReplyMeaning(
        .authentication,
        "the login is right, but the server cannot enter the user's home directory",
        "Have that directory made, and the user allowed to enter it"
      )
    }
    if words.contains("anonymous") {
      return ReplyMeaning(
        .authentication,
        words.contains("only")
          ? "the server takes anonymous users only" : "the server takes no anonymous users",
        words.contains("only") ? "Log in as anonymous" : "Set user and password"
      )
    }
    // "Please login with USER and PASS": the server has forgotten the login, or none was sent.
    if operation != .logIn, words.contains("please") || words.contains("not logged in") {
      return ReplyMeaning(
        .authentication,
        "the server does not take that without a login",
        "Look whether user and password are set"
      )
    }
    return wrongLogin
  }

  /// 533 to 536: a protection that the server does not take, or wants (RFC 2228).
  static func protection(_ words: String) -> ReplyMeaning {
    // IIS has 534 for both: "Policy requires SSL", and that its policy allows none.
    if words.contains("not allow") || words.contains("cannot") {
      return ReplyMeaning(
        .unsupported,
        "the server does not allow TLS",
        "Have it turned on there (IIS: a certificate for the site), or set `tls` to off"
      )
    }
    if ReplyWording.wantsTLS(words) { return tlsNeeded }
    return ReplyMeaning(
      .unsupported,
      "the server does not take that protection of the connection",
      "Change `tls`, or its data protection"
    )
  }
}
