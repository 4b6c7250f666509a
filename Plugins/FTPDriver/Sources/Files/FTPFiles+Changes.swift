internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// What changes files that are there.
extension FTPFiles {
  /// Makes a directory; one that is there is no fault where parents are made.
  ///
  /// - Throws: Why it cannot be made.
  /// - Returns: Whether it was not there before.
  @discardableResult
  func makeDirectory(
    _ path: RemotePath,
    withParents: Bool,
    _ pointer: String
  ) async throws(DriverError) -> Bool {
    do throws(DriverError) {
      _ = try await send([try command("MKD", path, pointer)], .makeDirectory, path, pointer)
      return true
    } catch {
      guard withParents, !error.fileCode.endsAll || error.fileCode == .unsupported else {
        throw error
      }
      // Servers say 550 to one that is there and to one whose parent is missing.
      if let there = try await entryIfThere(path, pointer) {
        guard there.kind == .directory || there.kind == .symlink else { throw error }
        return false
      }
      guard let parent = path.parent, !parent.isBase, parent != path else { throw error }
      try await makeDirectory(parent, withParents: true, pointer)
      _ = try await send([try command("MKD", path, pointer)], .makeDirectory, path, pointer)
      return true
    }
  }

  /// Removes a file or a link.
  func removeFile(
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil
  ) async throws(DriverError) {
    _ = try await send([try command("DELE", path, pointer)], .delete, path, pointer, other)
  }

  /// Removes an empty directory.
  func removeDirectory(_ path: RemotePath, _ pointer: String) async throws(DriverError) {
    _ = try await send([try command("RMD", path, pointer)], .removeDirectory, path, pointer)
  }

  /// Gives a file another name, as the server does it: whether what has that name is replaced is for the server.
  func rename(
    _ path: RemotePath,
    to new: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil
  ) async throws(DriverError) {
    let commands = [try command("RNFR", path, pointer), try command("RNTO", new, pointer)]
    _ = try await send(commands, .rename, path, pointer, other)
  }

  /// Gives a file another name, in place of what has that name.
  ///
  /// - Throws: Why it cannot be; where the old one is gone then and the new one not there, the error says so.
  func replace(
    _ path: RemotePath,
    to new: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil
  ) async throws(DriverError) {
    do throws(DriverError) {
      try await rename(path, to: new, pointer, other)
    } catch {
      // Some replace nothing, and say so in as many ways as there are servers.
      guard !error.fileCode.endsAll, error.fileCode != .notFound,
        let there = try await entryIfThere(new, pointer, other), there.kind != .directory,
        try await entryIfThere(path, pointer, other) != nil
      else { throw error }
      try await removeFile(new, pointer, other)
      do throws(DriverError) {
        try await rename(path, to: new, pointer, other)
      } catch let second {
        throw LeftBehind(second, path).error(
          "\(new.text) was removed on \(host), and \(path.text) could not take its name: it is whole, and stays there"
        )
      }
    }
  }

  /// Sets what everybody may do with a file.
  func setMode(
    _ path: RemotePath,
    _ mode: UInt32,
    _ pointer: String
  ) async throws(DriverError) {
    guard !session.unknown.contains("SITE CHMOD") else {
      throw DriverError(.unsupported, "\(host) sets no modes of files", pointer: pointer)
    }
    do throws(DriverError) {
      let line = try command(FTPFiles.modeCommand(mode), path, pointer)
      _ = try await send([line], .changeMode, path, pointer)
    } catch {
      if error.fileCode == .unsupported { session.unknown.insert("SITE CHMOD") }
      throw error
    }
  }

  /// Sets when a file was changed, in whichever way the server knows: MFMT, or MDTM as some took it before there was that.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - seconds: The moment, since the beginning of 1970 in UTC.
  ///   - pointer: The input that named the file.
  /// - Throws: Why it cannot be set.
  func setTime(
    _ path: RemotePath,
    _ seconds: Int64,
    _ pointer: String
  ) async throws(DriverError) {
    var first: DriverError?
    for word in ["MFMT", "MDTM", "SITE UTIME"] where !session.unknown.contains(word) {
      do throws(DriverError) {
        let line = try command("\(word) \(ProtocolTime.text(seconds))", path, pointer)
        let reply = try await send([line], .setTime, path, pointer).last
        if let reply, FTPFiles.hasSetTime(reply, word) { return }
      } catch {
        first = first ?? error
        let isKnown = server.features.has(word) && word == "MFMT"
        guard error.fileCode == .unsupported || !isKnown && !error.fileCode.endsAll else {
          throw error
        }
        if error.fileCode == .unsupported { session.unknown.insert(word) }
      }
    }
    throw first
      ?? DriverError(.unsupported, "\(host) sets no times of files", pointer: pointer)
  }

  /// The command that sets a mode, in front of the path.
  static func modeCommand(_ mode: UInt32) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return "SITE CHMOD " + String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
  }

  /// The first command that may set a time.
  var timeCommand: String { session.unknown.contains("MFMT") ? "MDTM" : "MFMT" }

  /// Whether a reply says that a time was set.
  ///
  /// Of MDTM, a server that takes the time for a part of the name answers for another file.
  static func hasSetTime(_ reply: FTPReply, _ word: String) -> Bool {
    word == "MDTM" ? reply.code == 213 || reply.code == 253 : reply.code < 400
  }

  /// The error of a command that was refused.
  func refusal(
    _ reply: FTPReply,
    _ purpose: FTPOperation,
    _ path: RemotePath,
    _ pointer: String
  ) -> DriverError {
    FTPFailure.refusal(reply, FTPRequest(.commands([]), purpose, path, pointer), address)
  }
}

/// A file that is whole and has not the name that it is to have.
struct LeftBehind {
  private let cause: DriverError
  private let path: RemotePath

  init(_ cause: DriverError, _ path: RemotePath) {
    self.cause = cause
    self.path = path
  }

  /// The error, which keeps what the file is found by: it must not be removed.
  func error(_ text: String) -> DriverError {
    var error = cause
    error.message = "\(text) (\(cause.message))"
    error.vendorState = LeftBehind.state
    return error
  }

  static let state = "left_behind"
}

extension DriverError {
  /// Whether the only copy of what was transferred has a temporary name.
  var leavesWhole: Bool { vendorState == LeftBehind.state }
}
