internal import FileKit
internal import TransferKit
internal import DriverKit

/// The commands that make a file of the server, of which all bytes are there, what it is to be.
struct FTPFinishing {
  /// In their order; none that is refused is in the way of the others.
  private(set) var commands: [[UInt8]] = []
  /// Which of them tells the size; nil: nobody wants to know.
  private(set) var sizePlace: Int?
  /// The mode, and which of them sets it.
  private(set) var mode: (bits: UInt32, place: Int)?
  /// The time in seconds since the beginning of 1970 in UTC, and which of them sets it.
  private(set) var time: (seconds: Int64, place: Int)?
  /// The command that sets the time.
  let timeCommand: String
  /// Whether a mode was asked for by name, so that the file must not have its name without it.
  private let needsMode: Bool

  /// The commands for a file.
  ///
  /// - Parameters:
  ///   - write: What makes it.
  ///   - path: Where it is.
  ///   - newName: What it is to be called then; nil: as it is.
  /// - Throws: That a path cannot be written in a line.
  init(_ write: FTPWrite, _ path: RemotePath, newName: RemotePath?) throws(DriverError) {
    let (inputs, task, files) = (write.inputs, write.task, write.files)
    timeCommand = files.timeCommand
    needsMode = inputs.mode != nil
    if inputs.verifies {
      sizePlace = commands.count
      commands.append(try files.command("SIZE", path, write.pointer))
    }
    let isKnown = needsMode || !files.session.unknown.contains("SITE CHMOD")
    if isKnown, let bits = inputs.mode(source: task.source, target: task.existing) {
      mode = (bits, commands.count)
      commands.append(try files.command(FTPFiles.modeCommand(bits), path, write.pointer))
    }
    if inputs.preserves, let modified = task.source.modified {
      time = (modified.seconds, commands.count)
      let text = ProtocolTime.text(modified.seconds)
      commands.append(try files.command("\(timeCommand) \(text)", path, write.pointer))
    }
    guard let newName else { return }
    commands.append(try files.command("RNFR", path, write.pointer))
    commands.append(try files.command("RNTO", newName, write.pointer))
  }

  /// What goes on behind the file at once, as long as all is well with it: otherwise it does not get its name, and whoever
  /// looks at the replies does the rest one by one.
  ///
  /// - Parameters:
  ///   - check: Looks at the source, whose end it is told.
  ///   - offset: Where the file was gone on with.
  /// - Returns: The commands, with what has to be the case.
  func following(
    _ check: @escaping FTPWrite.Check,
    from offset: UInt64
  ) -> FTPRequest.Following {
    let (sizePlace, modePlace) = (sizePlace, needsMode ? mode?.place : nil)
    return FTPRequest.Following(commands: commands) { number, reply, sent in
      if number == 0 {
        do throws(DriverError) {
          try check(offset + sent)
          return true
        } catch {
          return false
        }
      }
      switch number - 1 {
      case sizePlace:
        return (try? FTPAnswer.size(reply)).map { UInt64($0) == offset + sent } ?? false
      case modePlace: return reply.code < 400
      default: return true
      }
    }
  }

  /// What was said to each of the commands.
  ///
  /// - Parameter replies: All that was said, from the beginning of the transfer on.
  /// - Returns: A reply for each; nil: not all were sent.
  func replies(behind replies: [FTPReply]) -> [FTPReply]? {
    guard let begun = replies.firstIndex(where: { $0.code < 200 }),
      let end = replies[begun...].firstIndex(where: { $0.code >= 200 })
    else { return nil }
    let behind = replies[(end + 1)...]
    return behind.count == commands.count ? Array(behind) : nil
  }
}
