internal import CODBC
internal import Glibc

/// The driver manager: what is installed, and where connections are made.
///
/// One for the process. Connections are the host's sessions: drivers that it pools itself are refused.
final class ODBCEnvironment: Sendable {
  let handle: ODBCHandle
  /// The two lists are walked through by a cursor that the environment has.
  private let lists = Lock()

  init() throws(ODBCFailure) {
    handle = try ODBCHandle(SQL_HANDLE_ENV, in: nil, .utf8)
    try unsafe handle.call("SQLSetEnvAttr") {
      unsafe SQLSetEnvAttr($0, SQLINTEGER(SQL_ATTR_ODBC_VERSION), codbc_version_3, 0)
    }
  }

  /// Whether it keeps closed connections for others, of drivers that have a `CPTimeout`; false too where nobody knows.
  ///
  /// Nothing but odbcinst.ini turns that on or off. The corresponding C function is `SQLGetPrivateProfileString`, which
  /// unixODBC has in a library of its own.
  static var poolsConnections: Bool {
    typealias Function =
      @convention(c) (
        UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>,
        UnsafeMutablePointer<CChar>, CInt,
        UnsafePointer<CChar>
      ) -> CInt
    guard let library = unsafe dlopen("libodbcinst.so.2", RTLD_NOW | RTLD_LOCAL),
      let symbol = unsafe dlsym(library, "SQLGetPrivateProfileString")
    else { return false }
    let function = unsafe unsafeBitCast(symbol, to: Function.self)
    var value = [CChar](repeating: 0, count: 32)
    let count = unsafe function("ODBC", "Pooling", "0", &value, CInt(value.count), "ODBCINST.INI")
    let bytes = value.prefix(max(0, Int(count))).prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    // As unixODBC reads it.
    return text.hasPrefix("1") || text.hasPrefix("y") || text.hasPrefix("on")
  }

  /// The drivers in `odbcinst.ini`, with what stands there of each.
  ///
  /// The corresponding C function is `SQLDrivers`.
  func drivers() throws(ODBCFailure) -> [(
    name: String, attributes: [(name: String, value: String)]
  )] {
    try unsafe list("SQLDrivers") { handle, direction, name, attributes in
      unsafe SQLDrivers(
        handle,
        direction,
        name.start,
        name.capacity,
        name.length,
        attributes.start,
        attributes.capacity,
        attributes.length
      )
    }.map { name, text in
      // Each ends with U+0000.
      let pairs = text.split(separator: "\0").map { pair in
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
      }
      return (name, pairs)
    }
  }

  /// The data sources in `odbc.ini`, of the user and of the system, with the description of each.
  ///
  /// The corresponding C function is `SQLDataSources`.
  func dataSources() throws(ODBCFailure) -> [(name: String, description: String)] {
    try unsafe list("SQLDataSources") { handle, direction, name, description in
      unsafe SQLDataSources(
        handle,
        direction,
        name.start,
        name.capacity,
        name.length,
        description.start,
        description.capacity,
        description.length
      )
    }
  }

  /// A text that a function fills.
  @unsafe
  private struct Place {
    var start: UnsafeMutablePointer<SQLCHAR>?
    var capacity: SQLSMALLINT
    var length: UnsafeMutablePointer<SQLSMALLINT>
  }

  private func list(
    _ function: StaticString,
    _ body: (SQLHANDLE, SQLUSMALLINT, Place, Place) -> SQLRETURN
  ) throws(ODBCFailure) -> [(name: String, description: String)] {
    lists.lock()
    defer { lists.unlock() }
    var found: [(name: String, description: String)] = []
    var direction = SQLUSMALLINT(SQL_FETCH_FIRST)
    while true {
      var name = [SQLCHAR](repeating: 0, count: 512)
      var text = [SQLCHAR](repeating: 0, count: 16_384)
      var lengths: (name: SQLSMALLINT, text: SQLSMALLINT) = (0, 0)
      let status = try unsafe handle.call(function) { handle in
        unsafe name.withUnsafeMutableBufferPointer { name in
          unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe withUnsafeMutablePointer(to: &lengths.name) { nameLength in
              unsafe withUnsafeMutablePointer(to: &lengths.text) { textLength in
                unsafe body(
                  handle,
                  direction,
                  Place(
                    start: name.baseAddress,
                    capacity: SQLSMALLINT(name.count),
                    length: nameLength
                  ),
                  Place(
                    start: text.baseAddress,
                    capacity: SQLSMALLINT(text.count),
                    length: textLength
                  )
                )
              }
            }
          }
        }
      }
      guard status != SQL_NO_DATA else { return found }
      func string(_ units: [SQLCHAR], _ length: SQLSMALLINT) -> String {
        String(decoding: units.prefix(Int(max(0, length))), as: UTF8.self)
      }
      found.append((string(name, lengths.name), string(text, lengths.text)))
      direction = SQLUSMALLINT(SQL_FETCH_NEXT)
    }
  }
}
