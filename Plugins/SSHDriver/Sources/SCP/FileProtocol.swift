internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// What files go by: the input `protocol`.
enum FileProtocol: String {
  /// SFTP, or SCP where the server has none.
  case auto
  case sftp
  case scp

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    self = FileProtocol(rawValue: try inputs["protocol"]?.string() ?? "") ?? .auto
  }

  /// The files of a server by one of both.
  enum Opened {
    case sftp(RemoteFiles)
    case scp(SCPFiles)
  }

  /// Connects where that is needed, and begins what files go by.
  ///
  /// - Parameters:
  ///   - session: Where.
  ///   - call: Whose files.
  ///   - seconds: How long the server may take to answer.
  ///   - scope: How long the call may take.
  /// - Throws: Why there are no files. That the connection is lost is no reason to try another protocol.
  /// - Returns: The files.
  func open(
    _ session: SSHSession,
    _ call: Call,
    _ seconds: Double,
    _ scope: Scope
  ) async throws(DriverError) -> Opened {
    let connection = try await session.connected(scope)
    if self == .scp || self == .auto && connection.hasNoSFTP {
      return .scp(try SCPFiles(connection, session, call, seconds, scope))
    }
    do throws(DriverError) {
      return .sftp(try await RemoteFiles.open(session, call, seconds, scope))
    } catch {
      // Only a server that is still there has said so.
      guard self == .auto, error.code == .unsupported, !connection.isDead else { throw error }
      connection.hasNoSFTP = true
      return .scp(try SCPFiles(connection, session, call, seconds, scope))
    }
  }
}

extension TransferInputs {
  /// Looks whether SCP can do what is asked for.
  ///
  /// - Throws: What it cannot do and why.
  func checkSCP() throws(DriverError) {
    switch conflict {
    case .resume:
      throw TransferInputs.impossible("SCP begins each file anew: resume needs SFTP", "/conflict")
    case .newer:
      throw TransferInputs.impossible(
        "SCP does not tell beforehand when a file was changed: newer needs SFTP",
        "/conflict"
      )
    default: break
    }
    guard links != .copy else {
      throw TransferInputs.impossible("SCP has no symbolic links: copy needs SFTP", "/links")
    }
  }

  private static func impossible(_ why: String, _ pointer: String) -> DriverError {
    DriverError(
      .unsupported,
      "\(why). Choose something else, or have `Subsystem sftp internal-sftp` put into the server's sshd_config",
      pointer: pointer
    )
  }
}
