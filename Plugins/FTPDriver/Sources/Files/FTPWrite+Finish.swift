internal import DriverKit
internal import FileKit
internal import TransferKit

/// What is done with a file of the server when all of it is there, and before it has its name.
extension FTPWrite {
  /// Looks at its size, and sets its mode and time: by one request, since each would be a turn of its own.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - end: How long it has to be.
  /// - Throws: That it is not, or why what was asked for by name is not done.
  func finish(_ path: RemotePath, _ end: UInt64) async throws(DriverError) {
    let finishing = try FTPFinishing(self, path, newName: nil)
    let commands = finishing.commands.map { [UInt8(ascii: "*")] + $0 }
    let replies = commands.isEmpty ? [] : try await files.ask(commands, path, pointer)
    if let place = finishing.sizePlace { try await check(replies[place], path, end) }
    if inputs.verification == .checksum, let checksum {
      let note = try await FTPChecksum(files: files).compare(path, with: checksum, pointer)
      if let note { notes.append(note) }
    }
    try await settle(finishing, replies, path)
  }

  /// Looks what has become of mode and time.
  ///
  /// - Parameters:
  ///   - finishing: What was asked for.
  ///   - replies: What was answered to each.
  ///   - path: Where the file is now.
  /// - Throws: Why what was asked for by name is not done.
  func settle(
    _ finishing: FTPFinishing,
    _ replies: [FTPReply],
    _ path: RemotePath
  ) async throws(DriverError) {
    if let (mode, place) = finishing.mode, replies[place].code >= 400 {
      let refusal = files.refusal(replies[place], .changeMode, path, "/mode")
      // What was asked for by name is done or fails; what is done by default must not be in the way.
      if inputs.mode != nil { throw refusal }
      if refusal.fileCode == .unsupported { files.session.unknown.insert("SITE CHMOD") }
      notes.append("its mode is not \(String(mode, radix: 8)): \(refusal.message)")
    }
    guard let (time, place) = finishing.time else { return }
    if !FTPFiles.hasSetTime(replies[place], finishing.timeCommand) {
      try await setTime(time, path, finishing.timeCommand, replies[place])
    }
  }

  private func check(
    _ reply: FTPReply,
    _ path: RemotePath,
    _ end: UInt64
  ) async throws(DriverError) {
    let told = try? FTPAnswer.size(reply)
    // A server that does not know the command tells it in a listing.
    let isUnknown = 500...504 ~= reply.code
    let listed = told == nil && isUnknown ? try await files.size(path, pointer) : nil
    guard let size = told ?? listed else {
      throw DriverError(
        .verification,
        "\(files.host) does not tell how many bytes have arrived: set verify to none if that will do",
        pointer: "/verify"
      )
    }
    guard UInt64(size) == end else {
      throw DriverError(
        .verification,
        "\(end) bytes were sent to \(task.target.text), and \(size) are there",
        pointer: "/verify"
      )
    }
  }

  /// Sets its time in the ways that are left, where the first one was refused.
  private func setTime(
    _ seconds: Int64,
    _ path: RemotePath,
    _ word: String,
    _ reply: FTPReply
  ) async throws(DriverError) {
    let refusal = files.refusal(reply, .setTime, path, pointer)
    if refusal.fileCode == .unsupported { files.session.unknown.insert(word) }
    do throws(DriverError) {
      try await files.setTime(path, seconds, pointer)
    } catch {
      if error.fileCode.endsAll && error.fileCode != .unsupported { throw error }
      notes.append("its time is that of the transfer: \(error.message)")
    }
  }
}
