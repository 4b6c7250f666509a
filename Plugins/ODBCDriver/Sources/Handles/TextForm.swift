internal import CODBC

/// In which form texts cross to a driver.
///
/// A driver without wide functions gets what the driver manager makes of wide texts, which loses all beyond the Basic
/// Multilingual Plane: such a one is given UTF-8, which it takes as it is.
enum TextForm: Sendable, Hashable {
  /// UTF-16, by the functions with a W at their end.
  case wide
  /// UTF-8, by the others.
  case utf8
}

/// Texts as ODBC's functions take and give them.
enum ODBCText {
  /// Runs a function with a text in UTF-16, whose length is in units of 16 bits.
  static func withWide<Result>(
    _ text: String,
    _ body: (UnsafeMutablePointer<SQLWCHAR>?, Int) -> Result
  ) -> Result {
    var units = Array(text.utf16)
    let count = units.count
    // Some drivers look for the end themselves, whatever length they are told.
    units.append(0)
    return unsafe units.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, count) }
  }

  /// Runs a function with a text in UTF-8, whose length is in bytes.
  static func withUTF8<Result>(
    _ text: String,
    _ body: (UnsafeMutablePointer<SQLCHAR>?, Int) -> Result
  ) -> Result {
    var units = Array(text.utf8)
    let count = units.count
    units.append(0)
    return unsafe units.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, count) }
  }

  /// What a function writes in UTF-16 to a buffer that is made as large as it asks for.
  ///
  /// - Parameter body: Fills the buffer of so many units, and says how many there would be without the end; nil where
  ///   it fails.
  /// - Returns: The text; nil where `body` fails.
  static func readWide(_ body: (UnsafeMutablePointer<SQLWCHAR>?, Int) -> Int?) -> String? {
    unsafe read(body).map { String(decoding: $0, as: UTF16.self) }
  }

  /// What a function writes in UTF-8.
  static func readUTF8(_ body: (UnsafeMutablePointer<SQLCHAR>?, Int) -> Int?) -> String? {
    unsafe read(body).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func read<Unit: FixedWidthInteger>(
    _ body: (UnsafeMutablePointer<Unit>?, Int) -> Int?
  ) -> ArraySlice<Unit>? {
    var capacity = 512
    while true {
      var units = [Unit](repeating: 0, count: capacity)
      let asked = unsafe units.withUnsafeMutableBufferPointer {
        unsafe body($0.baseAddress, capacity)
      }
      guard let asked else { return nil }
      // Lengths are numbers of 16 bits: what is longer comes cut, and no driver's word is taken for what is there.
      let largest = Int(SQLSMALLINT.max)
      if asked >= capacity, capacity < largest {
        capacity = min(largest, asked + 1)
        continue
      }
      return units[..<min(max(0, asked), capacity - 1)]
    }
  }
}
