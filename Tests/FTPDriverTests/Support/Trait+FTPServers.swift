import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips the test where a server for FTP is not installed, or what makes its certificate.
  ///
  /// All of them but pyftpdlib need `requiresLogins` too.
  static var requiresFTPServers: Self {
    .requires(.vsftpd, .proftpd, .pureFTPD, .purePW, .python, .openssl)
  }
}
