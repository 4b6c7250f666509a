import FileKit
import Testing

@testable import SSHDriver

@Suite("Errors of SFTP servers")
struct SFTPErrorTests {
  @Test(
    "are told apart",
    arguments: [
      (2, "No such file", FileErrorCode.notFound), (3, "Permission denied", .permissionDenied),
      (4, "Failure", .failure), (4, "", .failure), (4, "No space left on device", .diskFull),
      (4, "write: Disk quota exceeded", .quotaExceeded), (4, "Directory not empty", .notEmpty),
      (4, "File exists", .alreadyExists), (8, "Operation unsupported", .unsupported),
      (11, "", .alreadyExists), (14, "", .diskFull), (7, "", .connectionLost), (99, "", .failure),
    ]
  )
  func codes(number: UInt32, message: String, code: FileErrorCode) {
    let status = SFTPStatus(SFTPStatus.Code(rawValue: number), message: message)
    #expect(status.fileCode == code)
  }

  @Test("say what failed with which file and why")
  func texts() {
    var error = SFTPError(
      operation: .rename,
      path: RemotePath("/a\n"),
      other: RemotePath("/b"),
      status: SFTPStatus(.failure, message: "Failure")
    )
    #expect(
      error.description
        == "cannot rename /a\\n to /b: often because something has that name, or it is on another "
        + "disk (the server says: Failure)"
    )
    error = SFTPError(operation: .write, path: RemotePath("/a"), status: SFTPStatus(.failure))
    error.isDiskFull = true
    #expect(error.code == .diskFull)
    #expect(
      error.description == "cannot write /a: the server's disk is full (the server says: status 4)"
    )
    let odd = SFTPStatus(.failure, message: "x\u{1B}")
    error = SFTPError(operation: .change, path: RemotePath("/a"), status: odd)
    #expect(error.description == "cannot change the attributes of /a: x\\u{1B}")
    error = SFTPError(operation: .read, path: RemotePath("/a"), status: SFTPStatus(.ok))
    #expect(error.code == .malformed)
  }
}
