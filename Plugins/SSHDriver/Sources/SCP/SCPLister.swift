internal import DriverKit
internal import FileKit
internal import TransferKit

/// Directories of a server without SFTP: the names and kinds of what is in them.
struct SCPLister: DirectoryLister {
  let files: SCPFiles

  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    let answer = try await files.run(.list(path), nil, "")
    guard answer.end.status == 0, answer.output.isEmpty || answer.output.last == 0 else {
      throw files.error(answer, "list", path, "")
    }
    var entries: [FileEntry] = []
    var refused: [PathFault] = []
    for record in answer.output.split(separator: 0) {
      do throws(PathFault) {
        let kind = SCPLister.kind(record[record.startIndex])
        // A server that must not be trusted may name what is elsewhere.
        entries.append(try FileEntry(in: path, name: record.dropFirst(), kind: kind))
      } catch {
        refused.append(error)
      }
    }
    return (entries, refused)
  }

  private static func kind(_ letter: UInt8) -> FileEntry.Kind {
    switch letter {
    case UInt8(ascii: "f"): .file
    case UInt8(ascii: "d"): .directory
    case UInt8(ascii: "l"): .symlink
    default: .other
    }
  }
}
