package import DriverKit
internal import FileKit

/// What an action `list` does: it tells what is in a directory, or in a tree of them.
///
/// It is made from a call before anything waits, since inputs are views that do not outlive that.
package struct FileListing {
  /// Which directory.
  package let inputs: FileInputs
  private let isRecursive: Bool
  private let pattern: GlobPattern?
  private let limit: Int
  private let channel: Int

  /// Reads what is asked for.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - channel: The index of the channel that takes the entries.
  /// - Throws: What is wrong with its inputs.
  package init(_ call: Call, channel: Int = 0) throws(DriverError) {
    self.channel = channel
    inputs = try FileInputs(call.inputs)
    isRecursive = try call.inputs["recursive"]?.bool() ?? false
    pattern = try FileInputs.pattern(call.inputs)
    limit = try call.inputs["max_entries"]?.int(in: 1...1_000_000) ?? 10_000
  }

  /// Lists it.
  ///
  /// - Parameters:
  ///   - lister: How.
  ///   - call: The call.
  /// - Throws: Why it cannot be listed; what was found before is in the outputs.
  package func run(_ lister: some FileLister, _ call: Call) async throws(DriverError) {
    let files = lister.files
    let output = EntryOutput(ValueChannel(call, channel, files.loop), files.scope, limit)
    do throws(DriverError) {
      try await list(lister, output)
    } catch {
      // What was found before is kept.
      try output.put(call)
      throw error
    }
    try output.put(call)
    if let failure = output.failure { throw failure }
  }

  private func list(_ lister: some FileLister, _ output: EntryOutput) async throws(DriverError) {
    if let entry = try await lister.single(inputs.path, inputs.pointer) {
      guard pattern == nil else {
        throw DriverError(
          .kindDiffers,
          "\(inputs.path.text) is no directory",
          pointer: inputs.pointer
        )
      }
      return try await output.add(entry)
    }
    if isRecursive || pattern != nil { return try await walk(lister, output) }
    let listing = try await lister.pieces(of: inputs.path, inputs.pointer)
    while let piece = try await listing.next() {
      for fault in piece.refused { try output.refuse(refusal(fault, lister)) }
      for entry in piece.entries { try await output.add(entry) }
    }
  }

  private func walk(_ lister: some FileLister, _ output: EntryOutput) async throws(DriverError) {
    let reader = TreeReader(inputs.path, pattern, lister.directories)
    while let item = try await reader.next() {
      switch item.content {
      case .entry(let entry):
        if pattern?.matches(item.path) ?? true { try await output.add(entry) }
      case .unreadable(let code, let message): output.fail(DriverError(code, message))
      case .refused(let fault): try output.refuse(refusal(fault, lister))
      }
    }
  }

  private func refusal(_ fault: PathFault, _ lister: some FileLister) -> DriverError {
    DriverError(.nameRefused, "\(lister.files.host) tells a name that is none: \(fault)")
  }
}
