import TestSupport

extension FTPServerKind {
  /// Each kind once, so that all modes are among them: for what TLS changes nothing of.
  static let mixed: [Key] = [
    Key(.vsftpd, .explicit), Key(.proftpd, .implicit), Key(.pureFTPD, .off),
    Key(.pyftpdlib, .explicit),
  ]
}

extension FTPServerKind.Key {
  /// A kind and a mode.
  init(_ kind: FTPServerKind, _ mode: FTPEncryption.Mode) {
    self = FTPServerKind.all.first { $0.kind == kind && $0.mode == mode } ?? FTPServerKind.all[0]
  }
}
