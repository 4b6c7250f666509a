internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `list`: what is in a directory, or in a tree of them.
struct ListFiles: SSHAction {
  private let inputs: FileInputs
  private let isRecursive: Bool
  private let pattern: GlobPattern?
  private let limit: Int

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    isRecursive = try call.inputs["recursive"]?.bool() ?? false
    pattern = try FileInputs.pattern(call.inputs)
    limit = try call.inputs["max_entries"]?.int(in: 1...1_000_000) ?? 10_000
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    let output = EntryOutput(ValueChannel(call, 0, files.loop), files.scope, limit)
    do throws(DriverError) {
      try await list(files, output)
    } catch {
      // What was found before is kept.
      try output.put(call)
      throw error
    }
    try output.put(call)
    if let failure = output.failure { throw failure }
  }

  private func list(_ files: RemoteFiles, _ output: EntryOutput) async throws(DriverError) {
    let attributes = try await files.attributes(inputs.path, inputs.pointer)
    guard attributes.kind == .directory || attributes.kind == nil else {
      guard pattern == nil else {
        throw DriverError(
          .kindDiffers,
          "\(inputs.path.text) is no directory",
          pointer: inputs.pointer
        )
      }
      return try await output.add(attributes.entry(at: inputs.path))
    }
    if isRecursive || pattern != nil { return try await walk(files, output) }
    let listing = try await RemoteListing.open(files, inputs.path, inputs.pointer)
    while let names = try await listing.next() {
      var entries: [FileEntry] = []
      for name in names {
        do throws(PathFault) {
          entries.append(try name.entry(in: inputs.path))
        } catch {
          try output.refuse(
            DriverError(.nameRefused, "\(files.host) tells a name that is none: \(error)")
          )
        }
      }
      try await files.readLinks(&entries)
      for entry in entries { try await output.add(entry) }
    }
  }

  private func walk(_ files: RemoteFiles, _ output: EntryOutput) async throws(DriverError) {
    let lister = RemoteLister(files: files, readsLinks: true)
    let reader = TreeReader(inputs.path, pattern, lister)
    while let item = try await reader.next() {
      switch item.content {
      case .entry(let entry):
        if pattern?.matches(item.path) ?? true { try await output.add(entry) }
      case .unreadable(let code, let message): output.fail(DriverError(code, message))
      case .refused(let fault):
        try output.refuse(
          DriverError(.nameRefused, "\(files.host) tells a name that is none: \(fault)")
        )
      }
    }
  }
}

/// The entries of a listing: down the channel where somebody reads it, else together at the end.
private final class EntryOutput {
  private let channel: ValueChannel
  private let scope: Scope
  private let limit: Int
  private let isStreamed: Bool
  private var entries: [OutputValue] = []
  private var count = 0
  private var refused = 0
  /// What could not be listed first.
  private(set) var failure: DriverError?

  init(_ channel: ValueChannel, _ scope: Scope, _ limit: Int) {
    self.channel = channel
    self.scope = scope
    self.limit = limit
    isStreamed = channel.isWanted
  }

  func add(_ entry: FileEntry) async throws(DriverError) {
    if isStreamed {
      count += 1
      return try await channel.send(entry.output, scope)
    }
    guard count + refused < limit else { throw tooMany }
    count += 1
    entries.append(entry.output)
  }

  private var tooMany: DriverError {
    DriverError(
      .tooLarge,
      "there are more than \(limit) entries: read the channel entries, give a pattern, or raise max_entries",
      pointer: "/max_entries"
    )
  }

  /// Takes a name that is none, of which a server may tell without end.
  func refuse(_ error: DriverError) throws(DriverError) {
    fail(error)
    refused += 1
    guard isStreamed ? refused <= RemoteListing.limit : count + refused <= limit else {
      throw tooMany
    }
  }

  func fail(_ error: DriverError) { if failure == nil { failure = error } }

  func put(_ call: Call) throws(DriverError) {
    try call.output("count", .int(Int64(count)))
    if !isStreamed { try call.output("entries", .list(entries)) }
  }
}
