internal import DriverKit

/// What the inputs say of the way to a database: a connection string, parts of one, or both.
struct AddressInputs: Sendable {
  /// The string, with what is known to be good for the driver.
  var string: ConnectionString
  /// What is known of the driver; what holds for any where a data source leads to it.
  var facts: DriverFacts
  /// The path of the driver's library; nil: it is not known.
  var library: String?
  /// In seconds.
  var loginTimeout: Int
  /// Whether nothing may be changed.
  var isReadOnly: Bool
  /// What is run once the connection is there.
  var initStatements: [String]

  /// Reads the inputs.
  ///
  /// - Parameters:
  ///   - inputs: The x-session inputs.
  ///   - library: The path of the library of an installed driver, or of a data source's; nil where there is none.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(
    _ inputs: borrowing InputMap,
    _ library: (ConnectionString.Target) -> String?
  ) throws(DriverError) {
    string = ConnectionString()
    if let text = try inputs["connection_string"]?.string() {
      do {
        string = try ConnectionString(parsing: text)
      } catch {
        throw DriverError(.invalidInput, "\(error)", pointer: "/connection_string")
      }
    }
    if let name = try inputs["dsn"]?.string() { string.set("DSN", to: name) }
    if let name = try inputs["driver"]?.string() { string.set("DRIVER", to: name) }
    facts = DriverFacts()
    switch string.target {
    case .driver(let name)?:
      self.library = string.target.flatMap(library) ?? (name.contains("/") ? name : nil)
      facts = DriverFacts.of(self.library ?? name)
    case .dataSource?:
      self.library = string.target.flatMap(library)
      facts = self.library.map(DriverFacts.of) ?? facts
    case .file?: break
    case nil:
      throw DriverError(
        .invalidInput,
        "nothing says which driver or data source is meant: give driver, dsn or connection_string; the action `drivers` lists what is installed",
        pointer: "/driver"
      )
    }
    try AddressInputs.checkLength(string.target)
    facts.unify(&string)
    loginTimeout = try inputs["login_timeout"]?.int(in: 1...3600) ?? 15
    isReadOnly = try inputs["read_only"]?.bool() ?? false
    initStatements = []
    if let statements = try inputs["init_statements"]?.list() {
      for index in 0..<statements.count { initStatements.append(try statements[index].string()) }
    }
    try addParts(inputs)
    facts.complete(&string)
  }

  /// unixODBC 2.3.11 has room for a thousand bytes of a driver's or data source's name, and writes on behind it.
  private static func checkLength(_ target: ConnectionString.Target?) throws(DriverError) {
    let name: String
    switch target {
    case .driver(let text), .dataSource(let text), .file(let text): name = text
    case nil: return
    }
    guard name.utf8.count <= 1000 else {
      throw DriverError(
        .invalidInput,
        "the name of a driver or of a data source has at most 1000 bytes, and this one has \(name.utf8.count)",
        pointer: "/connection_string"
      )
    }
  }

  private mutating func addParts(_ inputs: borrowing InputMap) throws(DriverError) {
    if let server = try inputs["server"]?.string() {
      try set(facts.keywords.server, server, "server")
    }
    if let port = try inputs["port"]?.int() { try set(facts.keywords.port, "\(port)", "port") }
    if let database = try inputs["database"]?.string() {
      try set(facts.keywords.database, database, "database")
    }
    if let login = try inputs["authentication"]?.map(),
      try login.required("authentication_method").string() == "username_password"
    {
      try set(
        facts.keywords.user,
        try login.required("username").string(),
        "authentication/username"
      )
      try set(
        facts.keywords.password,
        try login.required("password").string(),
        "authentication/password"
      )
    }
    guard let attributes = try inputs["attributes"]?.map() else { return }
    for index in 0..<attributes.count {
      let (name, value) = (attributes.name(at: index), attributes.value(at: index))
      string.set(String(name), to: value.scalarText() ?? "")
    }
  }

  /// Sets a part by the driver's own word for it.
  private mutating func set(
    _ keywords: [String],
    _ value: String,
    _ input: String
  ) throws(DriverError) {
    guard !keywords.isEmpty else {
      throw DriverError(
        .invalidInput,
        "the driver has no such part in its address: leave /\(input) out",
        pointer: "/\(input)"
      )
    }
    string.set(keywords, to: value)
  }

  /// The text for the driver manager.
  ///
  /// - Throws: `.invalidInput` for a value that this driver cannot be given.
  func text() throws(DriverError) -> String {
    do {
      return try string.text(facts.quoting)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/attributes")
    }
  }
}
