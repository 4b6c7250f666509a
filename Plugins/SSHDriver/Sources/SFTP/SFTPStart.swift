internal import CSSH2
internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The beginning of SFTP in a channel: the subsystem, and the versions of both sides.
///
/// On the loop.
final class SFTPStart {
  /// Goes on where this has ended.
  private(set) var decoder = SFTPDecoder()
  private let channel: SSHChannel
  /// The host and port, for messages.
  private let host: String
  private var written = 0
  private var frame: SFTPFrame?
  private var fault: SFTPFault?
  /// What the program of the server says of itself.
  private var said: [UInt8] = []

  init(_ channel: SSHChannel, _ host: String) {
    self.channel = channel
    self.host = host
  }

  /// Begins it.
  ///
  /// - Parameter scope: How long.
  /// - Throws: That the server has no SFTP, and what it says instead.
  /// - Returns: The server's version.
  func run(_ scope: Scope) async throws(DriverError) -> SFTPVersion {
    do throws(DriverError) {
      try await channel.start("subsystem", "sftp", scope)
    } catch {
      guard error.code == .forbidden else { throw error }
      throw missing("it refuses the subsystem sftp")
    }
    let status = try await channel.transport.run(scope) { [self] in step() }
    if let fault { throw DriverError(.protocolViolation, "\(fault)") }
    guard status == 0 else {
      throw channel.transport.failure(status, "SFTP cannot be begun with \(host)")
    }
    guard let frame else {
      let text = String(decoding: said.prefix(300), as: UTF8.self).split(
        whereSeparator: \.isNewline
      )
      throw missing("it ends the subsystem at once" + (text.first.map { " and says: \($0)" } ?? ""))
    }
    do throws(SFTPFault) {
      guard case .version(let version) = try SFTPResponse(frame) else {
        throw .impossible("its first packet is no version")
      }
      return version
    } catch {
      throw DriverError(.protocolViolation, "\(error)")
    }
  }

  private func missing(_ why: String) -> DriverError {
    DriverError(
      .unsupported,
      "\(host) has no SFTP: \(why). Have `Subsystem sftp internal-sftp` put into its sshd_config; without it get and put go by SCP, and nothing else"
    )
  }

  private func step() -> Int {
    let again = Int(LIBSSH2_ERROR_EAGAIN)
    while written < SFTPRequest.start.count {
      let count = unsafe SFTPRequest.start.withUnsafeBytes {
        unsafe channel.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
      }
      // A program that has ended takes nothing, and what it said tells more.
      if count < 0, count != again { break }
      guard count > 0 else { return again }
      written += count
    }
    while true {
      var status = 0
      do throws(SFTPFault) {
        // No more than this one packet is taken: what follows belongs to others.
        status = unsafe try decoder.fill {
          unsafe channel.read(.output, into: $0)
        } _: {
          frame = $0
        }
      } catch {
        fault = error
        return 0
      }
      if frame != nil { return 0 }
      if status > 0 { continue }
      if status < 0, status != again { return status }
      var line = [UInt8](repeating: 0, count: 512)
      let count = unsafe line.withUnsafeMutableBytes { unsafe channel.read(.errors, into: $0) }
      if count > 0 {
        if said.count < 4096 { said += line.prefix(count) }
        continue
      }
      return channel.isAtEnd ? 0 : again
    }
  }
}
