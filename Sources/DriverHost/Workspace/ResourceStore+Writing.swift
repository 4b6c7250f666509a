import Glibc

extension ResourceStore {
  /// Stores a resource, whole or not at all, with mode 0600.
  ///
  /// - Parameters:
  ///   - resource: The resource.
  ///   - condition: What must hold for it; looked at while no other process writes.
  /// - Throws: `.conflict` where the condition does not hold; why it could not be written. What was there is
  ///   unchanged then.
  public func write(_ resource: Resource, if condition: Condition) throws(HostError) {
    try withLock { lock throws(HostError) in try write(resource, if: condition, lock) }
  }

  /// Changes a resource while no other process writes, so that no change of theirs is lost.
  ///
  /// - Parameters:
  ///   - name: The resource's name.
  ///   - change: Changes it; it is stored if that differs.
  /// - Returns: The resource as it was.
  /// - Throws: What `load` and `change` throw, and why it could not be written.
  @discardableResult
  public func update(
    _ name: String,
    _ change: (inout Resource) throws(HostError) -> Void
  ) throws(HostError) -> StoredResource<Resource> {
    try withLock { lock throws(HostError) in
      let stored = try load(name)
      var resource = stored.resource
      try change(&resource)
      if resource != stored.resource { try write(resource, if: .always, lock) }
      return stored
    }
  }

  /// Gives a resource another name.
  ///
  /// - Throws: `.notFound` where there is none, `.conflict` where the new name is taken.
  public func rename(_ name: String, to other: String) throws(HostError) {
    let (from, target) = (try path(of: name), try path(of: other))
    try withLock { lock throws(HostError) in
      // One that cannot be read as it should be may be renamed all the same.
      if FileStatus.ofFile(from) == nil { _ = try load(name) }
      guard FileStatus.ofFile(target) == nil else {
        throw HostError(
          .conflict,
          stage: .input,
          "there is a \(kind.word) \(FaultText.name(other)) already; remove it first, or choose another name"
        )
      }
      guard unsafe Glibc.rename(from, target) == 0 else { throw refused(target, errno) }
      lock.sync()
    }
  }

  /// Removes a resource.
  ///
  /// - Throws: `.notFound` where there is none.
  public func remove(_ name: String) throws(HostError) {
    let path = try path(of: name)
    try withLock { lock throws(HostError) in
      if FileStatus.ofFile(path) == nil { _ = try load(name) }
      guard unsafe unlink(path) == 0 else { throw refused(path, errno) }
      lock.sync()
    }
  }

  /// A resource as it stands in a file once it is stored.
  public func bytes(of resource: Resource) throws(HostError) -> [UInt8] {
    var resource = resource
    resource.value = Value.map(resource.value).withBytesAsText.mapValue ?? [:]
    var members = kind.members(resource)
    for (name, value) in members where value.isNull { members[name] = nil }
    let bytes = try YAML.bytes(.map(members))
    // What is written must be what was meant, whatever the writer of YAML makes of it.
    guard let read = try? parse(bytes, name: resource.name, file: "the new file"),
      read.resource.value == resource.value
    else {
      throw HostError(
        .internal,
        stage: .input,
        "the \(kind.word) \(FaultText.name(resource.name)) reads back as something else than it is; nothing was written"
      )
    }
    return bytes
  }

  // MARK: - Under the lock

  private func write(
    _ resource: Resource,
    if condition: Condition,
    _ lock: FolderLock
  ) throws(HostError) {
    let path = try path(of: resource.name)
    try check(condition, path, resource.name)
    let bytes = try bytes(of: resource)
    let file = try AtomicFile(path: path, mode: 0o600)
    try file.write(bytes)
    try file.commit()
    lock.sync()
  }

  private func check(_ condition: Condition, _ path: String, _ name: String) throws(HostError) {
    switch condition {
    case .always: return
    case .isNew:
      guard FileStatus.ofFile(path) == nil else {
        throw HostError(
          .conflict,
          stage: .input,
          "there is a \(kind.word) \(FaultText.name(name)) already; change it with `set`, or choose another name"
        )
      }
    case .isUnchanged(let bytes):
      guard (try? ResourceFile.read(path).bytes) == bytes else {
        throw HostError(
          .conflict,
          stage: .input,
          "the \(kind.word) \(FaultText.name(name)) was changed by somebody else meanwhile; look at it and try again"
        )
      }
    }
  }

  private func withLock<Result>(
    _ body: (FolderLock) throws(HostError) -> Result
  ) throws(HostError) -> Result {
    let lock = try FolderLock(folder)
    lock.removeLeftovers()
    return try body(lock)
  }

  private func refused(_ path: String, _ number: Int32) -> HostError {
    HostError(
      .forbidden,
      stage: .input,
      "the file \(path) of a \(kind.word) cannot be changed: \(systemMessage(number))"
    )
  }
}

extension Value {
  /// The same with base64 text for bytes, which is what inputs take for them.
  fileprivate var withBytesAsText: Value {
    switch self {
    case .bytes(let bytes): .string(Base64.encode(bytes))
    case .list(let items): .list(items.map(\.withBytesAsText))
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: $0.name, value: $0.value.withBytesAsText) }))
    case .json: resolved.withBytesAsText
    case .null, .bool, .int, .double, .decimal, .string: self
    }
  }
}
