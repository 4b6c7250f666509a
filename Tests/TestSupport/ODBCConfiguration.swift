import Foundation

/// What unixODBC finds: a folder with odbcinst.ini for drivers and odbc.ini for data sources.
///
/// A process asks for its place once, when it first uses unixODBC. So each test that does has
/// `shared` first; a program that a test starts is given the `environment` of any configuration.
package final class ODBCConfiguration: Sendable {
  /// A section of odbcinst.ini.
  package struct Driver: Sendable, Equatable {
    package var name: String
    /// A path, or a name that the loader looks up; nil: the section has none.
    package var library: String?
    /// Further lines, such as `Threading`.
    package var attributes: [String: String]

    package init(_ name: String, library: String?, attributes: [String: String] = [:]) {
      self.name = name
      self.library = library
      self.attributes = attributes
    }
  }

  /// A section of odbc.ini.
  package struct DataSource: Sendable, Equatable {
    package var name: String
    /// The name of a driver.
    package var driver: String
    /// Further lines: what the driver reads.
    package var attributes: [String: String]

    package init(_ name: String, driver: Driver, attributes: [String: String] = [:]) {
      self.name = name
      self.driver = driver.name
      self.attributes = attributes
    }
  }

  package let drivers: [Driver]
  private let folder: TemporaryFolder
  private let sources: Locked<[DataSource]>

  /// Writes a configuration.
  ///
  /// - Parameters:
  ///   - drivers: no two of a name.
  ///   - dataSources: no two of a name.
  /// - Throws: `TestSupportError` for a text that a line cannot hold.
  package init(
    drivers: [Driver] = Driver.installed + Driver.broken,
    dataSources: [DataSource] = []
  ) throws {
    self.drivers = drivers
    folder = try TemporaryFolder()
    sources = Locked(dataSources)
    let sections = drivers.map { driver in
      (driver.name, driver.library.map { [("Driver", $0)] } ?? [], driver.attributes)
    }
    try folder.write(try Self.text(sections), to: "odbcinst.ini")
    try folder.write(try Self.text(dataSources), to: "odbc.ini")
  }

  /// The configuration that this process uses: its own, with the default drivers.
  ///
  /// The first call sets the variables of `environment`. It must come before the process's first
  /// use of unixODBC, which would keep what the system has.
  package static var shared: ODBCConfiguration {
    get throws { try used.get() }
  }

  private static let used = Result {
    let configuration = try ODBCConfiguration()
    for (name, value) in configuration.environment {
      let code = value.map { setenv(name, $0, 1) } ?? unsetenv(name)
      guard code == 0 else { throw TestSupportError.system("setenv", errno) }
    }
    return configuration
  }

  /// The folder, as `ODBCSYSINI` takes it.
  package var path: String { folder.path }

  /// What makes a program use this configuration, and nothing of the system or of a home.
  package var environment: [String: String?] {
    // unixODBC makes the user's file where there is none.
    ["ODBCSYSINI": path, "ODBCINI": folder.file("user.ini"), "ODBCINSTINI": nil]
  }

  /// Adds a data source.
  ///
  /// unixODBC keeps for some seconds what it has read, also that there was no such name: take a new
  /// one.
  package func add(_ source: DataSource) throws {
    try sources.with { sources in
      guard !sources.contains(where: { $0.name == source.name }) else {
        throw TestSupportError("there is a data source \(source.name) already")
      }
      let text = try Self.text(sources + [source])
      // Whoever reads meanwhile has the old file or the new one.
      try folder.write(text, to: "odbc.ini.new")
      guard rename(folder.file("odbc.ini.new"), folder.file("odbc.ini")) == 0 else {
        throw TestSupportError.system("rename", errno)
      }
      sources.append(source)
    }
  }

  private static func text(_ sources: [DataSource]) throws -> String {
    try text(sources.map { ($0.name, [("Driver", $0.driver)], $0.attributes) })
  }

  private typealias Section = (name: String, first: [(String, String)], rest: [String: String])

  private static func text(_ sections: [Section]) throws -> String {
    var lines: [String] = []
    for section in sections {
      lines.append("[\(section.name)]")
      for (keyword, value) in section.first + section.rest.sorted(by: { $0.key < $1.key }) {
        lines.append("\(keyword)=\(value)")
      }
    }
    guard !lines.contains(where: { $0.contains(where: \.isNewline) }) else {
      throw TestSupportError("a line of an ini file cannot hold a line break")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension ODBCConfiguration.Driver {
  package static let freeTDS = Self("FreeTDS", library: Tool.odbcFreeTDS.path)
  package static let mariaDB = Self("MariaDB Unicode", library: Tool.odbcMariaDB.path)
  package static let postgreSQL = Self("PostgreSQL Unicode", library: Tool.odbcPostgreSQL.path)
  package static let sqlite = Self("SQLite3", library: Tool.odbcSQLite.path)

  /// Those of the above whose library is there, by the names that Debian gives them.
  package static let installed = [freeTDS, mariaDB, postgreSQL, sqlite].filter { $0.library != nil }

  /// A path where nothing is.
  package static let missingLibrary = Self(
    "Missing library",
    library: "/nonexistent/libmissing.so"
  )
  /// A section without a library.
  package static let unnamedLibrary = Self("Unnamed library", library: nil)
  /// A file that is no library.
  package static let notALibrary = Self(
    "Not a library",
    library: ThisPackage.folder + "/Package.swift"
  )
  /// A library without a function of ODBC.
  package static let notADriver = Self("Not a driver", library: "libm.so.6")

  /// Drivers that are broken on purpose.
  package static let broken = [missingLibrary, unnamedLibrary, notALibrary, notADriver]
}

extension PostgreSQLServer {
  /// A data source for its database.
  ///
  /// `attributes` win over the server's own.
  package func dataSource(
    _ name: String,
    attributes: [String: String] = [:]
  ) -> ODBCConfiguration.DataSource {
    let own = [
      "Servername": "127.0.0.1", "Port": "\(port)", "Database": database, "Username": user,
      "Password": password,
    ]
    return ODBCConfiguration.DataSource(
      name,
      driver: .postgreSQL,
      attributes: own.merging(attributes) { _, chosen in chosen }
    )
  }
}

extension MariaDBServer {
  /// A data source for its database.
  ///
  /// `attributes` win over the server's own.
  package func dataSource(
    _ name: String,
    attributes: [String: String] = [:]
  ) -> ODBCConfiguration.DataSource {
    let own = [
      "Server": "127.0.0.1", "Port": "\(port)", "Database": database, "User": user,
      "Password": password,
    ]
    return ODBCConfiguration.DataSource(
      name,
      driver: .mariaDB,
      attributes: own.merging(attributes) { _, chosen in chosen }
    )
  }
}
