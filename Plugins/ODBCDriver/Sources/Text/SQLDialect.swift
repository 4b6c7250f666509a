/// What must be known of a database's SQL to tell where its texts, names and comments end.
///
/// The quotes of the standard, '…' and "…" with a quote doubled in them, hold for all.
struct SQLDialect: Hashable, Sendable {
  /// What `[` begins.
  enum Brackets: Hashable, Sendable {
    /// Nothing: it is an operator, as in `a[1]`.
    case punctuation
    /// A name up to the next `]`, as SQLite has it.
    case plain
    /// A name up to a `]` that is not doubled, as SQL Server has it.
    case doubled
  }

  /// Whether a backslash in '…' and "…" takes the meaning of the character behind it (MySQL, MariaDB).
  ///
  /// Not so where the mode of a session says `NO_BACKSLASH_ESCAPES`.
  var backslashEscapes = false
  /// Whether `$tag$ … $tag$` is a text (PostgreSQL).
  var dollarQuotes = false
  /// Whether `E'…'` is a text with backslashes (PostgreSQL).
  var escapeStrings = false
  /// Whether `#` begins a comment (MySQL, MariaDB).
  var hashComments = false
  /// Whether a comment may hold others (PostgreSQL, SQL Server).
  var nestedComments = false
  /// Whether a carriage return ends a comment that begins with `--` (PostgreSQL).
  var returnEndsComments = false
  /// Whether `--` begins a comment only with a blank, a control character or the end behind it (MySQL, MariaDB).
  var dashCommentsNeedBlank = false
  /// Whether `/*! … */` and `/*M! … */` hold SQL, and are no comments (MySQL, MariaDB).
  var executableComments = false
  var brackets = Brackets.punctuation
  /// Whether a name may stand in backticks (MySQL, MariaDB, SQLite).
  var backtickIdentifiers = false
  /// Whether a line `DELIMITER //` of a script changes what ends statements, as in the client of MySQL and MariaDB.
  var delimiterCommands = false
  /// Whether scripts are Transact-SQL.
  ///
  /// Then a line `GO` ends a statement, any statement may have blocks, and an `IF` or `WHILE` has no `END` of its own.
  var isTransactSQL = false

  /// What all databases have in common: for one that is not known.
  static let standard = SQLDialect()

  static let postgreSQL = SQLDialect(
    dollarQuotes: true,
    escapeStrings: true,
    nestedComments: true,
    returnEndsComments: true
  )

  /// MySQL and MariaDB.
  static let mariaDB = SQLDialect(
    backslashEscapes: true,
    hashComments: true,
    dashCommentsNeedBlank: true,
    executableComments: true,
    backtickIdentifiers: true,
    delimiterCommands: true
  )

  static let sqlite = SQLDialect(brackets: .plain, backtickIdentifiers: true)

  static let sqlServer = SQLDialect(
    nestedComments: true,
    brackets: .doubled,
    isTransactSQL: true
  )
}
