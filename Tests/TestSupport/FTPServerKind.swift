/// The servers for FTP that tests run over: one shared server of each kind, plain and with TLS.
///
/// All of them but pyftpdlib need `requiresLogins`.
package enum FTPServerKind: String, Sendable, CaseIterable {
  case vsftpd
  case proftpd
  case pureFTPD
  case pyftpdlib

  /// How the kind can speak TLS.
  package var modes: [FTPEncryption.Mode] {
    FTPEncryption.Mode.allCases.filter { self != .pureFTPD || $0 != .implicit }
  }

  /// The server's program; what is installed for it by Scripts/setup.
  package var tool: Tool {
    switch self {
    case .vsftpd: .vsftpd
    case .proftpd: .proftpd
    case .pureFTPD: .pureFTPD
    case .pyftpdlib: .python
    }
  }

  /// The shared server of this process, with the default options.
  package func shared(_ mode: FTPEncryption.Mode = .off) async throws -> any FTPServer {
    let task = Self.servers.with { servers in
      let key = Key(kind: self, mode: mode)
      if let task = servers[key] { return task }
      let task = Task { try await start(FTPEncryption(mode)) }
      servers[key] = task
      return task
    }
    return try await task.value
  }

  /// Starts a server of its own.
  package func start(_ encryption: FTPEncryption = .off) async throws -> any FTPServer {
    switch self {
    case .vsftpd:
      var options = VSFTPDServer.Options()
      options.encryption = encryption
      return try await VSFTPDServer(options)
    case .proftpd:
      var options = ProFTPDServer.Options()
      options.encryption = encryption
      return try await ProFTPDServer(options)
    case .pureFTPD:
      var options = PureFTPDServer.Options()
      options.encryption = encryption
      return try await PureFTPDServer(options)
    case .pyftpdlib:
      var options = PyFTPServer.Options()
      options.encryption = encryption
      return try await PyFTPServer(options)
    }
  }

  /// A kind and a mode, for `arguments:` of tests.
  package struct Key: Sendable, Hashable {
    package var kind: FTPServerKind
    package var mode: FTPEncryption.Mode

    /// Its shared server.
    package var shared: any FTPServer {
      get async throws { try await kind.shared(mode) }
    }
  }

  /// Each kind in each of its modes.
  package static let all: [Key] = allCases.flatMap { kind in
    kind.modes.map { Key(kind: kind, mode: $0) }
  }

  private static let servers = Locked<[Key: Task<any FTPServer, any Error>]>([:])
}
