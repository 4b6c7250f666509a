extension DriverFacts {
  /// The drivers that something is known of.
  ///
  /// Written down from trials with the versions of Debian 12 under unixODBC 2.3.11.
  static let table = [postgreSQL, mariaDB, sqlite, freeTDS]

  /// psqlodbc 13.02, Unicode and ANSI.
  private static let postgreSQL = DriverFacts(
    names: ["psqlodbcw", "psqlodbca", "psqlodbc"],
    attributes: [
      // In seconds. Else a connection whose server is gone is noticed after two hours.
      ConnectionString.Attribute(keyword: "KeepaliveTime", value: "60"),
      ConnectionString.Attribute(keyword: "KeepaliveInterval", value: "15"),
      // Else an error undoes the whole transaction, and the savepoints with it, and what comes next begins another one.
      ConnectionString.Attribute(keyword: "Protocol", value: "7.4-0"),
      // Else a boolean is a text.
      ConnectionString.Attribute(keyword: "BoolsAsChar", value: "0"),
    ],
    keywords: Keywords(
      server: ["Server", "Servername"],
      user: ["UID", "Username"],
      password: ["PWD", "Password"]
    ),
    // It keeps braces as a part of other values, and takes + and %41 in these for a blank and A unless they have some.
    quoting: ValueQuoting(
      braces: .characters(except: ["PWD", "Password", "pqopt", "ConnSettings"])
    ),
    undeclaredPrecision: 28,
    charactersAreUTF8: true,
    readsInBlocks: true,
    // It holds the whole result: 159 MiB for a million narrow rows.
    usesServerCursors: true,
    ownCursorKeyword: "UseDeclareFetch",
    // It names plans by the addresses of statements, but does not always end one with its statement.
    recovery: ["rollback", "deallocate all"],
    // Their description is a message of 30000 bytes then, and libpq takes a longer one for nonsense.
    mostParameters: 7498,
    textsEndAtZero: true,
    dialect: .postgreSQL,
    zone: Zone(
      set: "set time zone 'UTC'",
      ask: "show time zone",
      utc: ["UTC", "Etc/UTC", "GMT"],
      types: ["timestamptz"]
    ),
    readOnlyStatement: "set session characteristics as transaction read only",
    probe: "select 1",
    explain: "explain",
    explainAnalyze: "explain (analyze, buffers)",
    vacuum: [VacuumStatement(sql: "vacuum (analyze)")],
    selectsFunctions: true,
    // It makes a SELECT of every call.
    plainCallState: "42809",
    cancelStates: ["57014", "HY008"],
    // A server that speaks another language has other words: then it is only known that nobody is let in.
    refusals: [
      Refusal(text: "authentication failed for user", state: "28P01"),
      Refusal(text: "no password supplied", state: "28P01"),
      Refusal(text: "FATAL:  role ", state: "28000"),
      Refusal(text: "no pg_hba.conf entry", state: "28000"),
      Refusal(text: "FATAL:  database ", state: "3D000"),
      Refusal(text: "connection slots are reserved", state: "53300"),
      Refusal(text: "too many clients", state: "53300"),
      Refusal(text: "too many connections", state: "53300"),
    ],
    notes: [
      "with UseDeclareFetch=1 it ends the process where the connection is lost between two fetches",
      "questions to its catalog run in a statement of its own, which SQLCancel does not reach",
      "57014 is also what statement_timeout of the server ends a statement with",
      "of a keyword that comes twice, and of UID and Username, the last one counts",
      "dates before the year 1 or beyond 9999 come as others, and infinity as today: cast them to a text",
      "a timestamp of infinity comes as the end of 9999, one of -infinity as the beginning of -9999",
      "money comes as a double: cast it to numeric where it has more than 15 digits",
      "a text with U+0000, which it would cut there, and more than 7498 parameters are refused",
      "libpq's options go into pqopt, with a blank between them: tcp_user_timeout (in milliseconds), sslrootcert",
    ]
  )

  /// MariaDB Connector/ODBC 3.1.
  private static let mariaDB = DriverFacts(
    names: ["maodbc"],
    attributes: [
      // Else texts are of the server's default, which is latin1 often.
      ConnectionString.Attribute(keyword: "CHARSET", value: "utf8mb4")
    ],
    keywords: Keywords(
      server: ["Server", "Servername"],
      database: ["Database", "DB"],
      user: ["UID", "User"],
      password: ["PWD", "Password"]
    ),
    quoting: ValueQuoting(braces: .quotation, dropsBlanks: true),
    charactersAreUTF8: true,
    bindsByOffset: true,
    declaredSizesHold: true,
    limitsInText: true,
    takesTimesAsTexts: true,
    dialect: .mariaDB,
    floatsAreWide: true,
    ordersKeys: false,
    zone: Zone(
      set: "set time_zone = '+00:00'",
      ask: "select @@session.time_zone",
      utc: ["+00:00", "UTC"],
      types: ["timestamp"]
    ),
    readOnlyStatement: "set session transaction read only",
    probe: "select 1",
    explain: "explain",
    explainAnalyze: "analyze",
    parametersAreRow: true,
    selectsFunctions: true,
    cancelsAsWhole: true,
    // The server's ER_SP_DOES_NOT_EXIST: it commits at each statement that creates or changes a table.
    lostSavepointCodes: [1305],
    // 70100 is the server's ER_QUERY_INTERRUPTED.
    cancelStates: ["HY018", "70100", "HY008"],
    states: [
      // The server's: too many connections, of all or of a user; no such database; a wait for a lock.
      1040: "53300", 1203: "53300", 1049: "3D000", 1205: "HYT00",
      // The client library's: no connection, or a lost one.
      2002: "08001", 2003: "08001", 2005: "08001", 2006: "08S01", 2013: "08S01", 2055: "08S01",
    ],
    notes: [
      "login_timeout is for the connection alone: a server that takes it and says nothing is waited for, up to the time of the call",
      "it holds the whole result; nothing in the connection string changes that",
      "of a keyword that comes twice, and of UID and User, the last one counts",
      "of a parameter that comes out as null it writes nothing; what comes out is a result of one row too",
      "its SQLSetPos does nothing: SQLGetData reads the first row of a block, whichever is asked for",
      "of a column in a primary key it tells the place in the table",
      "of a bit(1) that is there it writes no length",
      "a time beyond a day, or below zero, is no time of day: cast it to a text",
      "with an empty UID, or Username instead of it, one is logged in as the user of the process",
    ]
  )

  /// libsqliteodbc 0.9998.
  private static let sqlite = DriverFacts(
    names: ["sqlite3odbc"],
    attributes: [
      // Else it holds the whole result: 94 MiB for a million narrow rows, instead of 17.
      ConnectionString.Attribute(keyword: "StepAPI", value: "1"),
      // In milliseconds. Else a statement waits 100 seconds for a lock, in which nothing can stop it.
      ConnectionString.Attribute(keyword: "Timeout", value: "1500"),
    ],
    // Else a file that is not there is made.
    readOnlyAttributes: [ConnectionString.Attribute(keyword: "NoCreat", value: "1")],
    keywords: Keywords(server: [], port: [], user: [], password: []),
    needsDatabase: true,
    quoting: ValueQuoting(braces: .characters(except: [])),
    charactersAreUTF8: true,
    bindsByOffset: true,
    dialect: .sqlite,
    // A column may have values of any sort.
    valuesAreTexts: true,
    integersAreWide: true,
    probesTypes: true,
    ordersKeys: false,
    readOnlyStatement: "pragma query_only = on",
    probe: "select 1",
    explain: "explain query plan",
    vacuum: [
      VacuumStatement(sql: "vacuum", takesTable: false), VacuumStatement(sql: "analyze"),
    ],
    hasProcedures: false,
    sendsManyBytes: false,
    refusesTails: true,
    cancelsAsWhole: true,
    // SQLITE_BUSY and SQLITE_LOCKED.
    busyCodes: [5, 6],
    // It has no wide functions.
    form: .utf8,
    notes: [
      "of a column in a primary key it tells the place in the order of the table's columns",
      "of several records with bytes the first one's length counts for all",
      "of INSERT … RETURNING it hands over no rows",
      "its SQLCancel frees the statement's rows at once, also while another thread fetches them, and interrupts the connection",
      "its SQLSetPos knows only rows of static cursors",
      "of a number with a fraction it hands over fifteen digits",
      "of a name without AS it hands over what stands behind its last point: 5 of select 1.5",
      "bytes in a column without a type come as a text of SQL, X'01': cast the column to blob",
      "the path of a database cannot have a semicolon",
      "Timeout is how long it waits for a lock of another process, in milliseconds",
    ]
  )

  /// FreeTDS 1.3, for SQL Server and Sybase.
  private static let freeTDS = DriverFacts(
    names: ["tdsodbc"],
    quoting: ValueQuoting(braces: .undoubled),
    dialect: .sqlServer,
    notes: [
      "Servername is no other name of Server, but a section of freetds.conf",
      "of a keyword that comes twice the last one counts",
    ]
  )
}
