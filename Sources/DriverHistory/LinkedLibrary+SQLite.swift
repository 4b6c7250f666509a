internal import CSQLite
package import DriverHost

extension LinkedLibrary {
  /// The corresponding C function is `sqlite3_libversion`.
  package static var sqlite: LinkedLibrary {
    LinkedLibrary(name: "SQLite", version: unsafe String(cString: sqlite3_libversion()))
  }
}
