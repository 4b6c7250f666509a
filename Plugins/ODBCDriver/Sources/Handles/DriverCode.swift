internal import CODBC
internal import Glibc

/// The code of an ODBC driver in this process, and what it must not do to the process.
enum DriverCode {
  private static let lock = Lock()

  /// Connects, and leaves the process as it was.
  ///
  /// Some drivers set the process's locale to the environment's when they are loaded: numbers of everybody else would be
  /// written with commas. The driver manager unloads a driver with its last connection, though threads may still have
  /// something of its libraries to clean up: it stays.
  ///
  /// - Parameters:
  ///   - library: The path of its file; nil: it is not known.
  ///   - connect: Connects.
  /// - Throws: What `connect` throws.
  static func keep(
    _ library: String?,
    while connect: () throws(ODBCFailure) -> Void
  ) throws(ODBCFailure) {
    let before = locale
    defer {
      if let before, before != locale {
        lock.lock()
        unsafe setlocale(LC_ALL, before)
        lock.unlock()
      }
    }
    try connect()
    guard let library else { return }
    // Only what is loaded already, for good.
    unsafe dlopen(library, RTLD_NOLOAD | RTLD_NOW | RTLD_NODELETE)
  }

  /// The process's locale, as `setlocale` takes it.
  private static var locale: String? {
    lock.lock()
    defer { lock.unlock() }
    return unsafe setlocale(LC_ALL, nil).map { unsafe String(cString: $0) }
  }
}
