internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// What is in a directory of the server.
///
/// On the loop. Several parts of it are asked for at once.
final class RemoteListing {
  /// How many parts are asked for at once after the first one, which most often is the only one.
  private static let ahead = 4
  /// How many names wait for being taken.
  private static let most = 10_000
  /// More are in no directory: a server that tells more has no end.
  private static let limit = 1_000_000
  /// How many bytes of names are kept of one directory.
  private static let byteLimit = 256 << 20
  /// How many names of the directory itself and the one above are passed over.
  private static let dotLimit = 10_000

  private let directory: RemoteFile
  private var names: [SFTPName] = []
  private var failure: DriverError?
  /// How many names were told, with all that are no files of it.
  private(set) var told = 0
  private var dots = 0
  private var bytes = 0
  private var inFlight = 0
  private var isOver = false
  /// Whoever waits for more names.
  private var waiting: Waiting<Bool>?

  private init(_ directory: RemoteFile) { self.directory = directory }

  /// Opens a directory.
  ///
  /// - Parameters:
  ///   - files: Where.
  ///   - path: The directory.
  ///   - pointer: The input that named it.
  /// - Throws: Why it cannot be listed.
  /// - Returns: The listing.
  static func open(
    _ files: RemoteFiles,
    _ path: RemotePath,
    _ pointer: String = ""
  ) async throws(DriverError) -> RemoteListing {
    let listing = RemoteListing(try await RemoteFile.openDirectory(files, path, pointer))
    listing.ask(1)
    return listing
  }

  /// The next names, without the directory itself and the one above; nil: there are no more.
  ///
  /// - Throws: Why there are none.
  func next() async throws(DriverError) -> [SFTPName]? {
    while names.isEmpty && !(isOver && inFlight == 0) {
      let waiting = Waiting<Bool>()
      self.waiting = waiting
      _ = try await waiting.value(directory.files.scope)
    }
    if !names.isEmpty {
      defer {
        names = []
        goOn()
      }
      return names.filter { !$0.isDots }
    }
    if let failure { throw failure }
    try await directory.close()
    return nil
  }

  private func ask(_ count: Int) {
    while inFlight < count && !isOver {
      inFlight += 1
      directory.submit {
        .readdir($0)
      } _: { [self] in
        take($0)
      }
    }
  }

  private func take(_ result: Result<SFTPResponse, DriverError>) {
    inFlight -= 1
    switch result {
    case .success(.names(let more)) where more.isEmpty:
      // It should have said so; to ask again would have no end.
      isOver = true
    case .success(.names(let more)):
      names += more
      told += more.count
      dots += more.count { $0.isDots }
      bytes += more.reduce(0) { $0 + $1.name.count + $1.line.count }
      if dots > RemoteListing.dotLimit {
        isOver = true
        failure = failure ?? tooLong
      }
      goOn()
    case .success(.status(let status)) where status.code == .end: isOver = true
    case .success(let answer):
      isOver = true
      if failure == nil { failure = directory.files.error(answer, .list, directory.path, "") }
    case .failure(let error):
      isOver = true
      if failure == nil { failure = error }
    }
    waiting?.finish(.success(true))
  }

  /// Looks whether all that was told so far may be kept.
  ///
  /// - Throws: That it is too much.
  func check() throws(DriverError) {
    guard told <= RemoteListing.limit, bytes <= RemoteListing.byteLimit else { throw tooLong }
  }

  private var tooLong: DriverError {
    DriverError(
      .tooLarge,
      "\(directory.files.host) tells of more than \(RemoteListing.limit) files in \(directory.path.text), or of endless names"
    )
  }

  /// Asks for more, where somebody may want it: what nobody takes must not fill the memory.
  private func goOn() {
    guard directory.files.scope.failure == nil, names.count < RemoteListing.most else { return }
    ask(RemoteListing.ahead)
  }
}

extension RemoteFiles {
  /// All that is in a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - readsLinks: Whether it is told where links lead to.
  /// - Throws: Why it cannot be listed.
  /// - Returns: What is in it, and what the server names without being a name.
  func entries(
    _ path: RemotePath,
    readsLinks: Bool = false
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    let listing = try await RemoteListing.open(self, path)
    var entries: [FileEntry] = []
    var refused: [PathFault] = []
    while let names = try await listing.next() {
      try listing.check()
      for name in names {
        do throws(PathFault) {
          entries.append(try name.entry(in: path))
        } catch {
          refused.append(error)
        }
      }
    }
    if readsLinks { try await readLinks(&entries) }
    return (entries, refused)
  }

  /// Finds out where links lead to, all at once.
  ///
  /// - Parameter entries: Among which links are; of one that cannot be read that stays unknown.
  /// - Throws: Why the scope has ended.
  func readLinks(_ entries: inout [FileEntry]) async throws(DriverError) {
    let links = entries.indices.filter { entries[$0].kind == .symlink }
    guard !links.isEmpty else { return }
    let found = FoundLinks(links.count)
    for index in links {
      submit(.readlink(entries[index].path.bytes)) { found.take(index, $0) }
    }
    _ = try await found.all.value(scope)
    for (index, target) in found.targets { entries[index].linkTarget = target }
  }
}

/// Where links lead to, as the answers come.
private final class FoundLinks {
  let all = Waiting<Bool>()
  private(set) var targets: [Int: RemotePath] = [:]
  private var left: Int

  init(_ count: Int) { left = count }

  func take(_ index: Int, _ result: Result<SFTPResponse, DriverError>) {
    switch result {
    case .success(.names(let names)):
      if let name = names.first { targets[index] = RemotePath(name.name) }
    case .success: break
    case .failure(let error): all.finish(.failure(error))
    }
    left -= 1
    if left == 0 { all.finish(.success(true)) }
  }
}
