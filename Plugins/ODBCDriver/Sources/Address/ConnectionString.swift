/// What `SQLDriverConnect` is told: keywords with their values, in order.
///
/// Keywords differ by more than their case; of two that do not, the first one counts. A data source and a driver
/// exclude each other, and so do a data source and the file of one: the first one counts there too.
struct ConnectionString: Hashable, Sendable {
  /// A keyword and its value, without quotation.
  struct Attribute: Hashable, Sendable {
    let keyword: String
    let value: String
  }

  /// What it leads to.
  enum Target: Hashable, Sendable {
    /// A data source of odbc.ini, by its name.
    case dataSource(String)
    /// The file of a data source.
    case file(String)
    /// A driver, by its name in odbcinst.ini or its path.
    case driver(String)

    /// The name or the path.
    var name: String {
      switch self {
      case .dataSource(let name), .file(let name), .driver(let name): name
      }
    }
  }

  private(set) var attributes: [Attribute] = []

  /// One without attributes.
  init() {}

  /// One with a driver, a data source or the file of one.
  ///
  /// - Parameter target: What it leads to.
  init(_ target: Target) {
    switch target {
    case .dataSource(let name): set("DSN", to: name)
    case .file(let path): set("FILEDSN", to: path)
    case .driver(let name): set("DRIVER", to: name)
    }
  }

  /// What it leads to; nil: it does not say.
  var target: Target? {
    for attribute in attributes {
      switch attribute.keyword.lowercased() {
      case "dsn": return .dataSource(attribute.value)
      case "filedsn": return .file(attribute.value)
      case "driver": return .driver(attribute.value)
      default: continue
      }
    }
    return nil
  }

  /// The value of a keyword; nil: it has none.
  ///
  /// - Parameter keyword: The keyword, in any case.
  subscript(keyword: String) -> String? { place(of: keyword).map { attributes[$0].value } }

  /// The value of the first of some keywords that has one.
  ///
  /// - Parameter keywords: Keywords that mean the same to a driver.
  /// - Returns: The value; nil: none of them has one.
  func value(ofAny keywords: [String]) -> String? {
    attributes.first { attribute in
      keywords.contains { ConnectionString.isSame($0, attribute.keyword) }
    }?.value
  }

  /// Gives a keyword a value, instead of the one that it has; what that excludes goes.
  ///
  /// - Parameters:
  ///   - keyword: The keyword, in any case.
  ///   - value: The value, without quotation.
  mutating func set(_ keyword: String, to value: String) {
    let excluded = ConnectionString.excluded(by: keyword)
    attributes.removeAll { attribute in
      excluded.contains { ConnectionString.isSame($0, attribute.keyword) }
    }
    if let place = place(of: keyword) {
      attributes[place] = Attribute(keyword: attributes[place].keyword, value: value)
    } else {
      attributes.append(Attribute(keyword: keyword, value: value))
    }
  }

  /// Gives keywords that mean the same one value together.
  ///
  /// Drivers differ in which one counts where several stand there, so that only one may.
  ///
  /// - Parameters:
  ///   - keywords: Keywords that mean the same to a driver; the first is written.
  ///   - value: The value, without quotation.
  mutating func set(_ keywords: [String], to value: String) {
    guard let first = keywords.first else { return }
    for keyword in keywords { remove(keyword) }
    set(first, to: value)
  }

  /// Gives a keyword a value unless it has one, or is excluded by what is there.
  ///
  /// - Parameters:
  ///   - keyword: The keyword, in any case.
  ///   - value: The value, without quotation.
  mutating func add(_ keyword: String, _ value: String) {
    let taken = ConnectionString.excluded(by: keyword) + [keyword]
    if taken.contains(where: { place(of: $0) != nil }) { return }
    attributes.append(Attribute(keyword: keyword, value: value))
  }

  /// Takes a keyword away.
  ///
  /// - Parameter keyword: The keyword, in any case.
  mutating func remove(_ keyword: String) {
    attributes.removeAll { ConnectionString.isSame($0.keyword, keyword) }
  }

  /// Whether two keywords are one.
  ///
  /// - Parameters:
  ///   - left: A keyword.
  ///   - right: Another one.
  /// - Returns: Whether they differ by case at most.
  static func isSame(_ left: String, _ right: String) -> Bool {
    left == right || left.lowercased() == right.lowercased()
  }

  private func place(of keyword: String) -> Int? {
    attributes.firstIndex { ConnectionString.isSame($0.keyword, keyword) }
  }

  /// The reference of `SQLDriverConnect` has the pairs; a file may say which driver it is for, and a string override
  /// that, so that these two are none.
  private static func excluded(by keyword: String) -> [String] {
    switch keyword.lowercased() {
    case "dsn": ["DRIVER", "FILEDSN"]
    case "driver": ["DSN"]
    case "filedsn": ["DSN"]
    default: []
    }
  }
}
