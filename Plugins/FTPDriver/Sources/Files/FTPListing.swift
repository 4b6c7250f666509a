internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The listing of one directory, in parts as they come.
///
/// On the loop. The server is held up where nobody takes the parts, so that there are a few thousand entries at most.
final class FTPListing: DirectoryPieces {
  private let files: FTPFiles
  private let path: RemotePath
  private let pointer: String
  private let isPlain: Bool
  private var parser: ListingParser
  private var entries: [FileEntry] = []
  /// What is named there without being a name.
  private var refused: [PathFault] = []
  /// The first line that is none of a listing.
  private var fault: ListingFault?
  private var isOver = false
  private var failure: DriverError?
  private var told: Waiting<Bool>?
  private var whenRoom: [() -> Void] = []
  private var lines = 0

  /// How many entries wait at most.
  private static let most = 2000

  /// A listing.
  ///
  /// - Parameters:
  ///   - files: The files of the server.
  ///   - path: The directory.
  ///   - pointer: The input that named it.
  ///   - isPlain: Whether it is one without facts in any case.
  init(_ files: FTPFiles, _ path: RemotePath, _ pointer: String, isPlain: Bool = false) {
    self.isPlain = isPlain
    self.files = files
    self.path = path
    self.pointer = pointer
    parser = FTPListing.parser(files, path, isFacts: true)
  }

  private static func parser(
    _ files: FTPFiles,
    _ path: RemotePath,
    isFacts: Bool
  ) -> ListingParser {
    ListingParser(
      directory: path,
      form: isFacts ? .mlsd : nil,
      encoding: files.names,
      clock: ListingClock(now: LocalFiles.time(), offset: files.address.listingOffset)
    )
  }

  /// Begins to list.
  func begin() {
    let listing = self
    files.actor.begin { await listing.run() }
  }

  func next() async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault])? {
    while isEmpty {
      if let failure { throw failure }
      if isOver { return nil }
      let told = Waiting<Bool>()
      self.told = told
      _ = try await told.value(files.scope)
    }
    let taken = (entries, refused)
    (entries, refused) = ([], [])
    let bodies = whenRoom
    whenRoom = []
    for body in bodies { body() }
    return taken
  }

  private var isEmpty: Bool { entries.isEmpty && refused.isEmpty }

  private func run() async {
    do throws(DriverError) {
      try await list()
    } catch {
      failure = error
    }
    isOver = true
    // What holds this, and is held by it.
    whenRoom = []
    told?.finish(.success(true))
  }

  private func list() async throws(DriverError) {
    if !isPlain, files.server.features.hasMLSD {
      do throws(DriverError) {
        return try await list("MLSD", isFacts: true)
      } catch {
        // What is announced may still not be there.
        guard error.fileCode == .unsupported else { throw error }
      }
    }
    // Without -a many leave out names that begin with a dot; others take it for the name of a file.
    do throws(DriverError) {
      try await list("LIST -a", isFacts: false)
      if lines > 0 { return }
    } catch {
      switch error.fileCode {
      case .unsupported, .notFound, .failure, .nameRefused: break
      default: throw error
      }
    }
    try await list("LIST", isFacts: false)
  }

  private func list(_ command: String, isFacts: Bool) async throws(DriverError) {
    parser = FTPListing.parser(files, path, isFacts: isFacts)
    var request = FTPRequest(
      .list(directory: try files.wire(path, pointer), command: command, sink: self),
      .list,
      path,
      pointer
    )
    request.isRepeatable = true
    let last = try await files.listing(request)
    parser.finish { take($0) }
    tell()
    if let fault {
      throw DriverError(
        .malformed,
        "cannot list \(path.text) on \(files.host): \(fault)",
        pointer: pointer
      )
    }
    // libcurl takes 450 for a directory without files, whatever the words are.
    guard lines == 0, let last, last.emptyListing == .failed else { return }
    throw FTPFailure.refusal(last, request, files.address)
  }

  private func take(_ item: ListingParser.Item) {
    lines += 1
    switch item {
    case .entry(let entry): entries.append(entry)
    case .fault(let fault):
      if case .name(let name) = fault.reason {
        refused.append(name)
      } else {
        self.fault = self.fault ?? fault
      }
    }
  }

  private func tell() {
    guard !isEmpty else { return }
    let told = told
    self.told = nil
    told?.finish(.success(true))
  }
}

extension FTPListing: ByteSink {
  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    parser.append(bytes.span) { take($0) }
    tell()
    return entries.count + refused.count < FTPListing.most
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    if entries.count + refused.count < FTPListing.most { body() } else { whenRoom.append(body) }
  }

  func finish(_ scope: Scope) async throws(DriverError) {}
}

/// Lists directories of a server for walks through trees.
struct FTPLister: DirectoryLister {
  let files: FTPFiles
  let pointer: String
  /// Whether links have to be told from what they lead to, since things are removed.
  ///
  /// In lists with facts pyftpdlib tells of what links lead to, and ProFTPD leaves out those that lead nowhere.
  var tellsLinks = false

  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    var (entries, refused) = try await all(FTPListing(files, path, pointer))
    guard tellsLinks, files.server.features.hasMLSD else { return (entries, refused) }
    do throws(DriverError) {
      let plain = try await all(FTPListing(files, path, pointer, isPlain: true)).entries
      let links = plain.filter { $0.kind == .symlink }
      let paths = Set(links.map(\.path))
      entries.removeAll { paths.contains($0.path) }
      entries += links
    } catch {
      // Where there are no other lists, that with facts is all there is.
      guard [.unsupported, .malformed].contains(error.fileCode) else { throw error }
    }
    return (entries, refused)
  }

  private func all(
    _ listing: FTPListing
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    listing.begin()
    var (entries, refused): ([FileEntry], [PathFault]) = ([], [])
    while let part = try await listing.next() {
      entries += part.entries
      refused += part.refused
    }
    return (entries, refused)
  }
}
