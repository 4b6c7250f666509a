import Foundation
package import Testing

/// A program of the system that tests use.
package struct Tool: Sendable {
  package let name: String
  /// Where it is; nil: not installed.
  package let path: String?

  package static let apache = Tool("apache2")
  package static let clang = Tool("clang")
  package static let clangPlusPlus = Tool("clang++")
  package static let curl = Tool("curl")
  package static let dropbear = Tool("dropbear")
  package static let dropbearConvert = Tool("dropbearconvert")
  package static let gcc = Tool("gcc")
  package static let gxx = Tool("g++")
  package static let initdb = Tool(postgreSQL: "initdb")
  package static let kadminLocal = Tool("kadmin.local")
  package static let kdb5Util = Tool("kdb5_util")
  package static let kinit = Tool("kinit")
  package static let krb5KDC = Tool("krb5kdc")
  package static let mariadb = Tool("mariadb")
  package static let mariadbInstallDB = Tool("mariadb-install-db")
  package static let mariadbd = Tool("mariadbd")
  package static let microsocks = Tool("microsocks")
  package static let nginx = Tool("nginx")
  package static let nm = Tool("nm")
  package static let objcopy = Tool("objcopy")
  package static let odbcFreeTDS = Tool(odbcDriver: "libtdsodbc.so")
  package static let odbcMariaDB = Tool(odbcDriver: "libmaodbc.so")
  package static let odbcPostgreSQL = Tool(odbcDriver: "psqlodbcw.so")
  package static let odbcSQLite = Tool(odbcDriver: "libsqlite3odbc.so")
  package static let openssl = Tool("openssl")
  package static let pgIsReady = Tool(postgreSQL: "pg_isready")
  package static let postgres = Tool(postgreSQL: "postgres")
  package static let proftpd = Tool("proftpd", path: ftpServers + "/proftpd/usr/sbin/proftpd")
  package static let psql = Tool(postgreSQL: "psql")
  package static let pureFTPD = Tool(
    "pure-ftpd",
    path: ftpServers + "/pure-ftpd/usr/sbin/pure-ftpd"
  )
  package static let purePW = Tool("pure-pw", path: ftpServers + "/pure-ftpd/usr/bin/pure-pw")
  package static let readelf = Tool("readelf")
  package static let rustc = Tool("rustc")
  package static let setpriv = Tool("setpriv")
  package static let sftp = Tool("sftp")
  package static let squid = Tool("squid")
  package static let ssh = Tool("ssh")
  package static let sshAdd = Tool("ssh-add")
  package static let sshAgent = Tool("ssh-agent")
  package static let sshKeygen = Tool("ssh-keygen")
  package static let sshKeyscan = Tool("ssh-keyscan")
  package static let sshd = Tool("sshd")
  package static let strace = Tool("strace")
  package static let strip = Tool("strip")
  package static let sudo = Tool("sudo")
  package static let unshare = Tool("unshare")
  package static let vsftpd = Tool("vsftpd")

  /// Where Scripts/setup unpacks the servers for FTP that cannot be installed beside vsftpd.
  static let ftpServers = ThisPackage.folder + "/.build/ftp-servers"

  /// Apache's module for Kerberos.
  package static let apacheGSSAPI = Tool(
    "mod_auth_gssapi",
    library: ApacheServer.modules + "/mod_auth_gssapi.so"
  )

  /// Squid's helper that looks a password up.
  package static let squidPasswords = Tool(
    "basic_ncsa_auth",
    path: "/usr/lib/squid/basic_ncsa_auth"
  )

  /// OpenSSH's program for SFTP, which dropbear starts as well.
  package static let sftpServer = Tool("sftp-server", path: "/usr/lib/openssh/sftp-server")

  package static let httpbin = Tool(
    "httpbin",
    path: ThisPackage.virtualEnvironment + "/bin/gunicorn"
  )

  /// Python with the packages of Tests/requirements.txt.
  package static let python = Tool(
    "python",
    path: ThisPackage.virtualEnvironment + "/bin/python"
  )

  /// Looks on PATH and where servers are installed.
  package init(_ name: String) {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folders = path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin"]
    self.init(
      name: name,
      path: folders.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    )
  }

  /// A tool at one place.
  package init(_ name: String, path: String) {
    self.init(name: name, path: access(path, X_OK) == 0 ? path : nil)
  }

  /// What a server loads, at one place: no program.
  package init(_ name: String, library path: String) {
    self.init(name: name, path: access(path, R_OK) == 0 ? path : nil)
  }

  /// A driver of ODBC, in the folder that Debian has for each architecture.
  private init(odbcDriver name: String) {
    #if arch(x86_64)
      let architecture = "x86_64"
    #elseif arch(arm64)
      let architecture = "aarch64"
    #else
      let architecture = ""
    #endif
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
    let paths = folders.sorted().filter { $0.hasPrefix(architecture) }
      .map { "/usr/lib/\($0)/odbc/\(name)" }
    self.init(name: name, path: paths.first { access($0, R_OK) == 0 })
  }

  /// A program of the newest PostgreSQL server, as Debian installs it: not on PATH.
  private init(postgreSQL name: String) {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let newest = versions.filter { access("\(root)/\($0)/bin/postgres", X_OK) == 0 }
      .max { (Double($0) ?? 0) < (Double($1) ?? 0) }
    self.init(name, path: "\(root)/\(newest ?? "")/bin/\(name)")
  }

  private init(name: String, path: String?) {
    self.name = name
    self.path = path
  }

  package var isInstalled: Bool { path != nil }

  /// The path, or an error that says how to get it.
  package func required() throws -> String {
    guard let path else { throw TestSupportError(Self.reason([self])) }
    return path
  }

  fileprivate static func reason(_ tools: [Tool]) -> String {
    let missing = tools.filter { !$0.isInstalled }.map(\.name).joined(separator: ", ")
    return "\(missing) not installed; Scripts/setup does it"
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where one of these is not installed.
  ///
  /// Scripts/test installs them all, and fails when a test was skipped for that.
  package static func requires(_ tools: Tool...) -> Self {
    .enabled(
      if: tools.allSatisfy(\.isInstalled),
      Comment(rawValue: Tool.reason(tools))
    )
  }
}
