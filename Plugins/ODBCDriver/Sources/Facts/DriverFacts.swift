/// What is known of an ODBC driver that it does not say itself.
struct DriverFacts: Hashable, Sendable {
  /// What the parts of an address are called in its connection strings.
  ///
  /// The first of each is the one to write, the others mean the same; none: the driver has no such part.
  struct Keywords: Hashable, Sendable {
    var server = ["Server"]
    var port = ["Port"]
    var database = ["Database"]
    var user = ["UID"]
    var password = ["PWD"]
  }

  /// A statement that gives space of deleted rows back, or renews statistics.
  struct VacuumStatement: Hashable, Sendable {
    var sql: String
    /// Whether a table may stand behind it.
    var takesTable = true
  }

  /// How a session's moments are made moments in UTC.
  struct Zone: Hashable, Sendable {
    /// Makes UTC the session's zone.
    var set: String
    /// Asks for the session's zone.
    var ask: String
    /// The answers that mean UTC.
    var utc: Set<String>
    /// The types of columns that are moments, as the driver names them.
    var types: Set<String>
  }

  /// What a server says in words alone when it turns somebody away.
  struct Refusal: Hashable, Sendable {
    /// A part of what it says.
    var text: String
    /// The SQLSTATE that it has for it.
    var state: String
  }

  /// Its names, without folder, `lib`, version and `.so`, in lower case; empty: those of any other driver.
  var names: [String] = []
  /// What is added to the connection string unless the user says otherwise.
  var attributes: [ConnectionString.Attribute] = []
  /// What is added besides where nothing may be changed.
  var readOnlyAttributes: [ConnectionString.Attribute] = []
  var keywords = Keywords()
  /// Whether it takes the connection string for the name of a database where none is given, and makes a file of it.
  var needsDatabase = false
  var quoting = ValueQuoting.standard
  /// The precision that it reports for decimals that nobody has declared one for: their values may have any.
  var undeclaredPrecision: Int?
  /// Whether texts of results come in UTF-8 where they are asked for as characters.
  var charactersAreUTF8 = false
  /// Whether a cell that was cut in a block of rows can be read again by its row; drivers that cannot say so, or hand
  /// over another row's value.
  var readsInBlocks = false
  /// Whether a fetch puts its row as far behind the bound places as it is told; else each row's places are bound.
  var bindsByOffset = false
  /// Whether no text and no bytes are longer than their column is declared.
  var declaredSizesHold = false
  /// Whether queries are read through cursors of the server: it would hold whole results.
  var usesServerCursors = false
  /// The keyword that has the driver use such cursors itself, where the user says so.
  var ownCursorKeyword: String?
  /// Whether it puts a LIMIT behind the statement's text where rows are to be few, whatever the text is.
  var limitsInText = false
  /// What is run after an error where each statement is a transaction of its own, in case it has left one open.
  var recovery: [String] = []
  /// Whether a time of day goes as a text: as a time the driver refuses one with digits behind the second.
  var takesTimesAsTexts = false
  /// How many parameters a statement may have; one more ends the connection.
  var mostParameters = RecordNames.limit
  /// Whether a text of a parameter ends at U+0000, whatever length it has.
  var textsEndAtZero = false
  /// How its server reads texts of SQL.
  var dialect = SQLDialect.standard
  /// Whether every value is asked for as a text, since it makes others of what is none of them: 0 of `abc`.
  var valuesAreTexts = false
  /// Whether integers have 64 bits whatever the column is declared as.
  var integersAreWide = false
  /// Whether a float is asked for as a double: the driver writes floats into cells of eight bytes, whatever they have.
  var floatsAreWide = false
  /// What finds out of which sort the values of a result's columns are, where none is declared; see `TypeProbe`.
  var probesTypes = false
  /// Whether it tells the place of a column in a primary key; else its place in the index of that has to be looked up.
  var ordersKeys = true
  /// The zone that moments come in, where a server has columns of moments in UTC.
  var zone: Zone?
  /// What makes a connection refuse to change anything; nil: only the driver's own attribute.
  var readOnlyStatement: String?
  /// A statement that costs nothing and shows that the server answers.
  var probe: String?
  /// What stands in front of a statement to have its plan shown; nil: nobody knows.
  var explain: String?
  /// The same where the statement is run to see what it takes.
  var explainAnalyze: String?
  /// The statements that give space back, in their order; none: there is none.
  var vacuum: [VacuumStatement] = []
  /// Whether its server has procedures.
  var hasProcedures = true
  /// Whether what comes out of parameters comes as a result of one row too, and nulls of it are written nowhere else.
  var parametersAreRow = false
  /// Whether several records with bytes are sent at once: else the length of the first one's counts for all.
  var sendsManyBytes = true
  /// Whether functions are called by a SELECT, since `{? = call …}` does not work.
  var selectsFunctions = false
  /// The SQLSTATE with which `{call …}` is refused for a procedure that CALL in plain SQL calls; its row is what comes out.
  var plainCallState: String?
  /// Whether it refuses a statement with a comment behind its semicolon.
  var refusesTails = false
  /// Whether SQLCancel of any statement cancels what its connection does; of one that is used it also lets go of what its
  /// thread is using.
  var cancelsAsWhole = false
  /// The native codes of a statement that did nothing since somebody else has the database locked.
  var busyCodes: Set<Int32> = []
  /// In which form it takes texts.
  var form = TextForm.wide
  /// The native codes of a savepoint that is not there any more: its transaction has ended by a statement in between.
  var lostSavepointCodes: Set<Int32> = []
  /// The SQLSTATEs that mean that a statement was cancelled.
  var cancelStates: Set<String> = ["HY008"]
  /// The SQLSTATEs of numbers for which it has one that says less.
  var states: [Int32: String] = [:]
  /// What is told by the words of the server where the driver has one SQLSTATE for all that keeps it from connecting.
  var refusals: [Refusal] = []
  /// For people.
  var notes: [String] = []

  /// What is known of a driver.
  ///
  /// - Parameter name: `SQL_DRIVER_NAME`, or the path of the driver's file.
  /// - Returns: The facts of that driver, or those that hold for any.
  static func of(_ name: String) -> DriverFacts {
    let stem = stem(of: name)
    return table.first { $0.names.contains(stem) } ?? DriverFacts()
  }

  /// A driver's name as the table has it: `psqlodbcw` for `/usr/lib/odbc/PSQLODBCW.so.13`.
  ///
  /// Drivers do not agree with their files' names: `libsqlite3odbc-0.9998.so` says that it is `sqlite3odbc.so`.
  ///
  /// - Parameter name: `SQL_DRIVER_NAME`, or the path of the driver's file.
  /// - Returns: The name, in lower case.
  static func stem(of name: String) -> String {
    let file = name.utf8.split(separator: UInt8(ascii: "/")).last ?? ""[...].utf8
    var stem = Substring(file).lowercased()[...]
    if stem.hasPrefix("lib") { stem.removeFirst(3) }
    if let end = stem.firstRange(of: ".so")?.lowerBound { stem = stem[..<end] }
    // A version: a hyphen with a digit behind it.
    if let hyphen = stem.lastIndex(of: "-"), let digit = stem[hyphen...].dropFirst().first,
      digit.isASCII, digit.isNumber
    {
      stem = stem[..<hyphen]
    }
    return String(stem)
  }

  /// The SQLSTATE that says best what a record means.
  func state(of record: DiagnosticRecord) -> String {
    if let state = states[record.native] { return state }
    if cancelStates.contains(record.state) { return "HY008" }
    guard record.state == "08001" else { return record.state }
    return refusals.first { record.message.contains($0.text) }?.state ?? record.state
  }

  /// Adds the attributes that the driver works better with.
  ///
  /// - Parameters:
  ///   - string: The user's connection string; what it says wins.
  ///   - isReadOnly: Whether nothing may be changed.
  func complete(_ string: inout ConnectionString, isReadOnly: Bool = false) {
    for attribute in attributes + (isReadOnly ? readOnlyAttributes : []) {
      string.add(attribute.keyword, attribute.value)
    }
  }

  /// Leaves one of the keywords that mean the same: drivers take the last one, and ODBC says the first.
  ///
  /// - Parameter string: The user's connection string.
  func unify(_ string: inout ConnectionString) {
    let groups = [
      keywords.server, keywords.port, keywords.database, keywords.user, keywords.password,
    ]
    for group in groups where group.count > 1 {
      let written = string.attributes.filter { attribute in
        group.contains { ConnectionString.isSame($0, attribute.keyword) }
      }
      for attribute in written.dropFirst() { string.remove(attribute.keyword) }
    }
  }
}
