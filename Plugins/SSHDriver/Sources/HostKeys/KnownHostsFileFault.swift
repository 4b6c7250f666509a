internal import FileKit

/// Why a file of known hosts cannot be read or written.
enum KnownHostsFileFault: Error, Hashable, Sendable {
  /// A call of the system failed, by its error number.
  case unreadable(path: String, number: Int32)
  /// It is a folder, a device or the like.
  case notAFile(path: String)
  case tooLarge(path: String, limit: Int)
  case missingFolder(String, path: String)
  case unwritable(path: String, number: Int32)
  /// The folder that it is in cannot be written to, by the number of the error.
  case unwritableFolder(String, path: String, number: Int32)
  /// It belongs to another user, to whom the new file cannot be given.
  case otherOwner(path: String)
  /// Another process has had the lock all the time.
  case locked(lock: String, path: String)
  /// Somebody who takes no lock changed it again and again.
  case busy(path: String)
  /// What should be added is no line.
  case unusableLine(path: String)
}

extension KnownHostsFileFault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .unreadable(let path, let number):
      "the file of known hosts \(path) cannot be read: \(SystemError(number))"
    case .notAFile(let path):
      "\(path) is no regular file: give the path of a file of known hosts"
    case .tooLarge(let path, let limit):
      "the file of known hosts \(path) is larger than \(limit >> 20) MiB: give another one"
    case .missingFolder(let folder, let path):
      "the file of known hosts \(path) cannot be made: there is no folder \(folder); make it "
        + "(`mkdir -m 700 \(ShellWord(folder))`) or give another path"
    case .unwritable(let path, let number):
      "the file of known hosts \(path) cannot be written: \(SystemError(number)); what was there "
        + "before is unchanged"
    case .unwritableFolder(let folder, let path, let number):
      "the file of known hosts \(path) cannot be written, since a new one has to be made in the "
        + "folder \(folder) first: \(SystemError(number))"
    case .otherOwner(let path):
      "the file of known hosts \(path) belongs to another user, who would lose it: give another "
        + "path"
    case .locked(let lock, let path):
      "the file of known hosts \(path) cannot be written: another process has held the lock "
        + "\(lock) for \(FileLock.patience.components.seconds) seconds (`fuser \(ShellWord(lock))` "
        + "names it)"
    case .busy(let path):
      "the file of known hosts \(path) cannot be written: another program changes it all the time"
    case .unusableLine(let path):
      "what should be added to \(path) is not one line with hosts and a key"
    }
  }
}
