internal import DriverKit
internal import FileKit
internal import LoopKit

/// Puts a file in the place of another one, on a server that replaces nothing itself.
///
/// On the loop. What was there stands aside until the new one is in its place, and comes back where it cannot be. For a
/// moment there is no file of that name, so that what was begun is gone through with also after the call's end.
final class RemoteReplacement {
  private let files: RemoteFiles
  private let path: RemotePath
  private let new: RemotePath
  private let aside: RemotePath
  private let pointer: String
  private let done = Waiting<Bool>()

  /// A replacement.
  ///
  /// - Parameters:
  ///   - files: Where.
  ///   - path: The new file.
  ///   - new: Where it belongs, and what it replaces is.
  ///   - pointer: The input that named that.
  init(_ files: RemoteFiles, _ path: RemotePath, at new: RemotePath, _ pointer: String) {
    self.files = files
    self.path = path
    self.new = new
    self.pointer = pointer
    aside = files.temporary(for: new)
  }

  /// Carries it out.
  ///
  /// - Throws: Why it cannot be; what was there is there then, or the error says where it is.
  func run() async throws(DriverError) {
    rename(new, to: aside) { [self] error in
      if let error { done.finish(.failure(error)) } else { place() }
    }
    _ = try await done.value(files.scope)
  }

  private func place() {
    rename(path, to: new) { [self] error in
      if let error { putBack(error) } else { removeOld() }
    }
  }

  private func putBack(_ reason: DriverError) {
    rename(aside, to: new) { [self] error in
      var reason = reason
      if let error {
        reason.message += "; what was there is \(aside.text) now: \(error.message)"
      }
      done.finish(.failure(reason))
    }
  }

  private func removeOld() {
    submit(.remove(aside.bytes), .remove, aside) { [self] error in
      guard var error else { return done.finish(.success(true)) }
      error.message += "; \(new.text) is the new file, and what was there is \(aside.text) now"
      done.finish(.failure(error))
    }
  }

  private func rename(
    _ from: RemotePath,
    to other: RemotePath,
    _ then: @escaping (DriverError?) -> Void
  ) {
    submit(.rename(from: from.bytes, to: other.bytes), .rename, from, other, then)
  }

  private func submit(
    _ request: SFTPRequest,
    _ operation: SFTPError.Operation,
    _ path: RemotePath,
    _ other: RemotePath? = nil,
    _ then: @escaping (DriverError?) -> Void
  ) {
    files.submit(request) { [self] result in
      switch result {
      case .success(.status(let status)) where status.isOK: then(nil)
      case .success(let answer): then(files.error(answer, operation, path, to: other, pointer))
      case .failure(let error): then(error)
      }
    }
  }
}
