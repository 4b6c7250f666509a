import Glibc

/// The resources of one kind in a workspace: a folder with a file for each.
///
/// From any thread and any process: writing takes a lock on the folder, reading needs none, since files appear whole.
public final class ResourceStore<Resource: WorkspaceResource>: Sendable {
  /// The folder; it need not exist.
  public let folder: String
  let kind: ResourceKind<Resource>
  private let cache = Lock<[String: Cached]>([:])

  private struct Cached {
    var stamp: FileStatus
    var stored: StoredResource<Resource>
  }

  init(_ kind: ResourceKind<Resource>, in workspace: String) {
    self.kind = kind
    folder = Folder.path(of: kind.folder, in: workspace)
  }

  /// When a resource may be written.
  public enum Condition: Sendable {
    /// There is none of that name.
    case isNew
    /// Its file has these bytes, which its writer has seen.
    case isUnchanged([UInt8])
    /// Whatever is there.
    case always
  }

  // MARK: - Reading

  /// The names of all resources, sorted.
  ///
  /// - Throws: Why the folder cannot be read; one that is not there has no names.
  public func names() throws(HostError) -> [String] {
    do {
      return try Folder.names(in: folder) { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
        .map { String($0.dropLast(5)) }
    } catch {
      if error.number == ENOENT { return [] }
      throw HostError(
        .forbidden,
        stage: .input,
        "the folder \(folder) cannot be read: \(systemMessage(error.number))"
      )
    }
  }

  /// The path of a resource's file.
  ///
  /// - Throws: Why that is no name.
  public func path(of name: String) throws(HostError) -> String {
    if let problem = problem(withName: name) {
      throw HostError(
        .invalidInput,
        stage: .input,
        "\(FaultText.name(name)) is no name for a \(kind.word): \(problem)"
      )
    }
    return Folder.path(of: "\(name).yaml", in: folder)
  }

  /// A resource as it stands in its file now.
  ///
  /// A file that has not changed is not read again.
  ///
  /// - Throws: With code `.notFound` that there is none; else all that is wrong with it, with line and column.
  public func load(_ name: String) throws(HostError) -> StoredResource<Resource> {
    let path = try path(of: name)
    // The status of the file itself, also behind a link.
    if let stamp = FileStatus.ofFile(path),
      let cached = cache.withLock({ $0[name] }), cached.stamp == stamp
    {
      return cached.stored
    }
    let content: (bytes: [UInt8], status: FileStatus)
    do {
      content = try ResourceFile.read(path)
    } catch {
      cache.withLock { $0[name] = nil }
      throw error.number == ENOENT ? unknown(name) : unreadable(path, error)
    }
    let stored = try parse(content.bytes, name: name, path: path, content.status)
    // A file that is written in place within the clock's grain looks the same before and after: what has only
    // just been written is read again the next time.
    let isOld = WallTime.now.nanoseconds - content.status.modified > 100_000_000
    cache.withLock { $0[name] = isOld ? Cached(stamp: content.status, stored: stored) : nil }
    return stored
  }

  /// Reads a document that is to become a resource.
  ///
  /// - Parameters:
  ///   - bytes: The document: YAML or JSON.
  ///   - name: The resource's name.
  ///   - file: What messages call the document.
  /// - Returns: The resource, and what is lost when it is stored.
  /// - Throws: All that is wrong with it, with line and column.
  public func parse(
    _ bytes: [UInt8],
    name: String,
    file: String
  ) throws(HostError) -> StoredResource<Resource> {
    _ = try path(of: name)
    return try parse(bytes, name: name, path: file, nil)
  }

  private func parse(
    _ bytes: [UInt8],
    name: String,
    path: String,
    _ status: FileStatus?
  ) throws(HostError) -> StoredResource<Resource> {
    guard bytes.count <= ResourceFile.limit else {
      throw HostError(
        .tooLarge,
        stage: .input,
        "\(path) has \(bytes.count) bytes; a \(kind.word) may have \(ResourceFile.limit)"
      )
    }
    let document: ParsedDocument
    do throws(HostError) {
      document = try Document.parse(
        bytes,
        file: path,
        json: JSON.Limits(depth: 64),
        yaml: YAML.Limits(depth: 64, aliasedValues: 10_000)
      )
    } catch {
      throw ResourceSecrecy.hiding(error, of: path)
    }
    var reader = ResourceReader(document, word: kind.word, keys: kind.keys)
    let resource = kind.make(name, &reader)
    guard reader.faults.isEmpty else { throw HostError(faults: reader.faults, of: path) }
    return StoredResource(
      resource,
      path: path,
      bytes: bytes,
      document: document,
      isReadableByOthers: (status?.permissions ?? 0) & 0o077 != 0
    )
  }

  // MARK: - Errors

  private func unknown(_ name: String) -> HostError {
    let known = (try? names()) ?? []
    var message = "there is no \(kind.word) \(FaultText.name(name))"
    if let nearest = NearestName.of(name, among: known) {
      message += "; did you mean `\(nearest)`?"
    } else if known.isEmpty {
      message += "; \(folder) has none"
    } else {
      let some = known.prefix(20).joined(separator: ", ")
      message += "; \(folder) has \(some)\(known.count > 20 ? " and \(known.count - 20) more" : "")"
    }
    for suffix in ["yml", "json"]
    where FileStatus.ofFile(Folder.path(of: "\(name).\(suffix)", in: folder)) != nil {
      message += ". \(name).\(suffix) is not read: rename it to \(name).yaml"
    }
    return HostError(.notFound, stage: .input, message)
  }

  private func unreadable(_ path: String, _ error: SystemError) -> HostError {
    HostError(
      .forbidden,
      stage: .input,
      "the file \(path) of a \(kind.word) cannot be read: \(systemMessage(error.number))"
    )
  }

  /// Why a text is no name; nil if it is one.
  private func problem(withName name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 200 { return "it has more than 200 bytes" }
    if name.hasPrefix(".") || name.hasPrefix("-") { return "it begins with `\(name.prefix(1))`" }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "/" }) {
      return "it has a slash or a control character"
    }
    if name.first?.isWhitespace ?? false || name.last?.isWhitespace ?? false {
      return "it begins or ends with a space"
    }
    if let sign = name.first(where: { kind.forbidden.contains($0) }) {
      return "it has a `\(sign)`, which means something else where the name is used"
    }
    return nil
  }
}
