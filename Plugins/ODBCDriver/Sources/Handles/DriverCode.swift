internal import CODBC
internal import Glibc

/// The code of an ODBC driver in this process, and what it must not do to the process.
enum DriverCode {
  private static let locale = LocaleKeeper()

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
    locale.begin()
    defer { locale.end() }
    try connect()
    guard let library else { return }
    // Only what is loaded already, for good.
    unsafe dlopen(library, RTLD_NOLOAD | RTLD_NOW | RTLD_NODELETE)
  }
}

/// The process's locale as it was before the first of the connections that are being made.
private final class LocaleKeeper: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the lock.
  private let monitor = Monitor()
  private var count = 0
  private var before: String?

  func begin() {
    monitor.locked {
      // While another one is made the locale may be its driver's already.
      if count == 0 { before = now }
      count += 1
    }
  }

  func end() {
    monitor.locked {
      count -= 1
      if let before, before != now { unsafe setlocale(LC_ALL, before) }
    }
  }

  /// As `setlocale` takes it.
  private var now: String? { unsafe setlocale(LC_ALL, nil).map { unsafe String(cString: $0) } }
}
