internal import CCrypto
internal import CSSH2
internal import Glibc
internal import Synchronization

extension SSHLibrary {
  /// Whether the process is at its end: what the library computes with may be freed already.
  static var hasEnded: Bool { isAtExit.load(ordering: .acquiring) }

  private static let isAtExit = Atomic(false)

  private static let preparation: Void = {
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    atexit { SSHLibrary.isAtExit.store(true, ordering: .releasing) }
  }()

  /// Sees to the process's end, before the library begins: the first time in this driver.
  ///
  /// At its exit a process frees what sessions compute with, and loops may still be closing them. Where nobody else has
  /// begun with OpenSSL it is told to free nothing; where somebody has, as Python's ssl, sessions are left alone from
  /// then on: what is registered last is called first.
  static func prepare() { _ = preparation }

  /// Makes the library ready; once in a process, before anything else of it but `prepare`.
  ///
  /// - Returns: 0, or a code of the library's.
  static func begin() -> Int32 { libssh2_init(0) }
}
