internal import DriverKit

/// What the inputs say of the way to a database: a connection string, parts of one, or both.
struct AddressInputs: Sendable {
  /// The string, with what is known to be good for the driver.
  private(set) var string: ConnectionString
  /// What is known of the driver; what holds for any where a data source leads to it.
  private(set) var facts = DriverFacts()
  /// The path of the driver's library; nil: it is not known.
  private(set) var library: String?
  /// In seconds.
  let loginTimeout: Int
  /// Whether nothing may be changed.
  let isReadOnly: Bool
  /// What is run once the connection is there.
  let initStatements: [String]
  /// The input that names the driver or the data source.
  private(set) var targetPointer = "/connection_string"
  /// What stands in the connection string, with the driver or the data source of the other inputs.
  private let given: ConnectionString
  private let parts: [Part]
  private let attributes: [Part]
  /// The input that has set a keyword, by the keyword in lower case.
  private var origins: [String: String] = [:]

  /// A part of the address that has an input of its own, or one of the attributes.
  private struct Part {
    /// What it is called in a driver's connection strings.
    let keywords: @Sendable (DriverFacts.Keywords) -> [String]
    let value: String
    let pointer: String
  }

  /// Reads the inputs.
  ///
  /// - Parameters:
  ///   - inputs: The x-session inputs.
  ///   - lists: What is installed.
  /// - Throws: `.invalidInput` that names the input at fault; `.unsupported` for a driver whose connections the driver
  ///   manager would keep; why nobody knows what is installed.
  init(
    _ inputs: borrowing InputMap,
    _ lists: () throws(DriverError) -> InstalledDrivers.Lists
  ) throws(DriverError) {
    loginTimeout = try inputs["login_timeout"]?.int(in: 1...3600) ?? 15
    isReadOnly = try inputs["read_only"]?.bool() ?? false
    var statements: [String] = []
    if let list = try inputs["init_statements"]?.list() {
      for index in 0..<list.count { statements.append(try list[index].string()) }
    }
    initStatements = statements
    parts = try AddressInputs.parts(inputs)
    attributes = try AddressInputs.attributes(inputs)
    string = try AddressInputs.connectionString(inputs)
    let (dsn, driver) = (try inputs["dsn"]?.string(), try inputs["driver"]?.string())
    if let dsn {
      guard driver == nil else {
        throw DriverError(
          .invalidInput,
          "a data source names its driver: leave one of the inputs dsn and driver out",
          pointer: "/driver"
        )
      }
      string.set("DSN", to: dsn)
      targetPointer = "/dsn"
    }
    if let driver {
      string.set("DRIVER", to: driver)
      targetPointer = "/driver"
    }
    given = string
    guard let target = string.target else {
      throw DriverError(
        .invalidInput,
        "nothing says which driver or data source is meant: give driver, dsn or connection_string; the action `drivers` lists what is installed",
        pointer: "/driver"
      )
    }
    try checkLengths()
    let installed = try lists()
    library = installed.library(target)
    var name = library ?? ""
    if case .driver(let driver) = target {
      if library == nil, driver.contains("/") { library = driver }
      name = library ?? driver
    }
    if let fault = installed.driver(target)?.poolingFault {
      throw DriverError(.unsupported, fault, pointer: targetPointer)
    }
    try use(DriverFacts.of(name))
  }

  /// The same address for a driver that is another one than its file's name says.
  ///
  /// - Throws: `.invalidInput` for what that driver has no place for.
  func with(_ facts: DriverFacts) throws(DriverError) -> AddressInputs {
    var address = self
    try address.use(facts)
    return address
  }

  /// Builds the string as a driver wants it.
  private mutating func use(_ facts: DriverFacts) throws(DriverError) {
    self.facts = facts
    (string, origins) = (given, [:])
    facts.unify(&string)
    for part in parts {
      let keywords = part.keywords(facts.keywords)
      guard let keyword = keywords.first else {
        throw DriverError(
          .invalidInput,
          "the driver has no such part in its address: leave \(part.pointer) out",
          pointer: part.pointer
        )
      }
      string.set(keywords, to: part.value)
      origins[keyword.lowercased()] = part.pointer
    }
    for attribute in attributes {
      guard let keyword = attribute.keywords(facts.keywords).first else { continue }
      string.set(keyword, to: attribute.value)
      origins[keyword.lowercased()] = attribute.pointer
    }
    if facts.needsDatabase, case .driver? = string.target,
      string.value(ofAny: facts.keywords.database) == nil
    {
      throw DriverError(
        .invalidInput,
        "the driver needs a database: give the path of its file, or :memory:",
        pointer: "/database"
      )
    }
    facts.complete(&string, isReadOnly: isReadOnly)
    for (index, statement) in initStatements.enumerated() {
      if let word = TransactionWord.of(statement, facts.dialect) {
        throw DriverError(
          .invalidInput,
          "\(word) would hold for all calls of the connection: the action `script` has transactions",
          pointer: "/init_statements/\(index)"
        )
      }
    }
  }

  /// The text for the driver manager.
  ///
  /// - Throws: `.invalidInput` for a value that this driver cannot be given.
  func text() throws(DriverError) -> String {
    do throws(ConnectionStringFault) {
      return try string.text(facts.quoting)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: pointer(of: error))
    }
  }

  /// The input that a fault of the string comes from.
  private func pointer(of fault: ConnectionStringFault) -> String {
    let keyword: String
    switch fault {
    case .unusableValue(let name, _), .noName(let name): keyword = name
    case .unusableKeyword(let place): keyword = string.attributes[place - 1].keyword
    default: keyword = ""
    }
    if ConnectionString.isTarget(keyword) { return targetPointer }
    return origins[keyword.lowercased()] ?? "/connection_string"
  }
}

// MARK: - Reading

extension AddressInputs {
  private static func connectionString(
    _ inputs: borrowing InputMap
  ) throws(DriverError) -> ConnectionString {
    guard let text = try inputs["connection_string"]?.string() else { return ConnectionString() }
    let string: ConnectionString
    do throws(ConnectionStringFault) {
      string = try ConnectionString(parsing: text)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/connection_string")
    }
    // SQLDriverConnectW of unixODBC 2.3.11 does not look for it, and says that there is no data source.
    guard string["FILEDSN"] == nil else {
      throw DriverError(
        .invalidInput,
        "the driver manager does not read FILEDSN in a connection string of Unicode: give what stands in the file, or a dsn",
        pointer: "/connection_string"
      )
    }
    return string
  }

  private static func parts(_ inputs: borrowing InputMap) throws(DriverError) -> [Part] {
    var parts: [Part] = []
    if let server = try inputs["server"]?.string() {
      parts.append(Part(keywords: { $0.server }, value: server, pointer: "/server"))
    }
    if let port = try inputs["port"]?.int() {
      parts.append(Part(keywords: { $0.port }, value: "\(port)", pointer: "/port"))
    }
    if let database = try inputs["database"]?.string() {
      parts.append(Part(keywords: { $0.database }, value: database, pointer: "/database"))
    }
    if let login = try inputs["authentication"]?.map(),
      try login.required("authentication_method").string() == "username_password"
    {
      let (user, password) = (try login.required("username"), try login.required("password"))
      parts += [
        Part(keywords: { $0.user }, value: try user.string(), pointer: user.pointer),
        Part(keywords: { $0.password }, value: try password.string(), pointer: password.pointer),
      ]
    }
    return parts
  }

  private static func attributes(_ inputs: borrowing InputMap) throws(DriverError) -> [Part] {
    guard let map = try inputs["attributes"]?.map() else { return [] }
    var attributes: [Part] = []
    for index in 0..<map.count {
      let (name, value) = (String(map.name(at: index)), map.value(at: index))
      guard !ConnectionString.isTarget(name) else {
        throw DriverError(
          .invalidInput,
          "\(name) says which driver is meant, and is no attribute of it: give the input dsn or driver",
          pointer: value.pointer
        )
      }
      // Drivers read numbers, and take any word for 0.
      let text =
        value.kind == .bool ? (try value.bool() ? "1" : "0") : value.scalarText() ?? ""
      attributes.append(Part(keywords: { _ in [name] }, value: text, pointer: value.pointer))
    }
    return attributes
  }

  /// unixODBC 2.3.11 has room for a thousand bytes of a driver's or data source's name, and writes on behind it.
  private func checkLengths() throws(DriverError) {
    for attribute in string.attributes where ConnectionString.isTarget(attribute.keyword) {
      let count = attribute.value.utf8.count
      guard count <= 1000 else {
        throw DriverError(
          .invalidInput,
          "the name of a driver or of a data source has at most 1000 bytes, and this one has \(count)",
          pointer: targetPointer
        )
      }
    }
  }
}
