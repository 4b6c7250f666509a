internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Removes files of the server, many at once.
///
/// On the loop. Links are removed, and never followed.
final class RemoteRemoval {
  /// How many requests are in flight at once.
  private static let most = 64
  /// How many directories may be in each other.
  private static let depth = 256

  private let files: RemoteFiles
  /// How many were removed.
  private(set) var count = 0
  /// What could not be removed first; the rest is removed all the same.
  private(set) var failure: DriverError?

  init(_ files: RemoteFiles) { self.files = files }

  /// Removes what is no directory.
  ///
  /// - Throws: Why it cannot be.
  func removeFile(_ path: RemotePath, _ pointer: String) async throws(DriverError) {
    try await files.perform(.remove(path.bytes), .remove, path, pointer)
    count += 1
  }

  /// Removes a directory.
  ///
  /// - Throws: Why it cannot be, such as that something is in it.
  func removeEmptyDirectory(_ path: RemotePath, _ pointer: String) async throws(DriverError) {
    do throws(DriverError) {
      try await files.perform(.rmdir(path.bytes), .removeDirectory, path, pointer)
    } catch {
      guard error.fileCode == .failure else { throw error }
      let listing = try await files.entries(path)
      guard !listing.entries.isEmpty else { throw error }
      throw DriverError(
        .notEmpty,
        "cannot remove the directory \(path.text) on \(files.host): something is in it; remove it with recursive",
        pointer: pointer
      )
    }
    count += 1
  }

  /// Removes a directory with all that is in it; what cannot be removed is told by ``failure``.
  ///
  /// - Throws: Why nothing more can be removed.
  func removeTree(_ path: RemotePath, depth: Int = 0) async throws(DriverError) {
    guard depth < RemoteRemoval.depth else {
      return fail(
        DriverError(.failure, "more than \(depth) directories are in each other: \(path.text)")
      )
    }
    let listing: (entries: [FileEntry], refused: [PathFault])
    do throws(DriverError) {
      listing = try await files.entries(path)
    } catch {
      if error.fileCode.endsAll { throw error }
      return fail(error)
    }
    for fault in listing.refused {
      fail(DriverError(.nameRefused, "\(files.host) tells a name that is none: \(fault)"))
    }
    let batch = RemovalBatch(files) { [self] result in
      switch result {
      case .success: count += 1
      case .failure(let error): fail(error)
      }
    }
    for entry in listing.entries where entry.kind != .directory {
      try await batch.room(RemoteRemoval.most)
      batch.remove(entry.path)
    }
    for entry in listing.entries where entry.kind == .directory {
      try await removeTree(entry.path, depth: depth + 1)
    }
    try await batch.room(1)
    do throws(DriverError) {
      try await files.perform(.rmdir(path.bytes), .removeDirectory, path)
      count += 1
    } catch {
      if error.fileCode.endsAll { throw error }
      fail(error)
    }
  }

  private func fail(_ error: DriverError) { if failure == nil { failure = error } }
}

/// Removals that are in flight.
private final class RemovalBatch {
  private let files: RemoteFiles
  private let done: (Result<Void, DriverError>) -> Void
  private var inFlight = 0
  private var waiting: Waiting<Bool>?

  init(_ files: RemoteFiles, _ done: @escaping (Result<Void, DriverError>) -> Void) {
    self.files = files
    self.done = done
  }

  /// Waits until fewer than so many are in flight.
  func room(_ most: Int) async throws(DriverError) {
    while inFlight >= most {
      let waiting = Waiting<Bool>()
      self.waiting = waiting
      _ = try await waiting.value(files.scope)
    }
  }

  func remove(_ path: RemotePath) {
    inFlight += 1
    files.submit(.remove(path.bytes)) { [self] result in
      inFlight -= 1
      switch result {
      case .success(.status(let status)) where status.isOK: done(.success(()))
      case .success(let answer): done(.failure(files.error(answer, .remove, path, "")))
      case .failure(let error): done(.failure(error))
      }
      waiting?.finish(.success(true))
    }
  }
}
