internal import DriverKit
internal import FileKit
internal import LoopKit

/// Whether a source may still be written by somebody: such a file is left for the next time.
///
/// On the loop.
struct SourceSettling {
  private let mover: any FileMover

  /// A look at sources.
  ///
  /// - Parameter mover: Whose sources.
  init(_ mover: any FileMover) { self.mover = mover }

  /// How long a source has to stay as it is, in seconds; 0: nobody waits for that.
  var wait: Double { mover.inputs.isDryRun ? 0 : mover.inputs.stableFor }

  /// Why a file is too young to be taken; nil: it is not.
  func youth(_ source: FileEntry) -> String? {
    let least = mover.inputs.minimumAge
    guard least > 0 else { return nil }
    guard let age = source.modified?.age(at: LocalFiles.time()) else {
      // Either guess may be wrong: what is left comes the next time, and half a file is taken for a whole one.
      return "it is not known when it was changed: it may still be written"
    }
    guard Double(age) < least else { return nil }
    return age < 0
      ? "it was changed at a time that is still to come: it may still be written"
      : "it was changed \(age) s ago: it may still be written"
  }

  /// Looks again at a file that had the time to change.
  ///
  /// - Parameter source: What was known of it before.
  /// - Throws: Why nothing is known of it now.
  /// - Returns: Why it is not taken; nil: it is as it was.
  func change(_ source: FileEntry) async throws(DriverError) -> String? {
    guard let now = try await mover.source(again: source.path) else {
      return "it has gone meanwhile"
    }
    var isKnown = false
    var isSame = now.kind == source.kind
    if let before = source.size, let size = now.size {
      isKnown = true
      isSame = isSame && before == size
    }
    if let before = source.modified, let time = now.modified {
      isKnown = true
      isSame = isSame && before.order(to: time) == .same
    }
    guard isSame else {
      return "it was changed within \(mover.inputs.stableFor) s: it may still be written"
    }
    return isKnown ? nil : "its size and time are not known: it may still be written"
  }

  /// Waits as long as sources have to stay as they are.
  ///
  /// - Throws: Why the call has ended.
  func pause() async throws(DriverError) {
    if wait > 0 { try await mover.files.loop.sleep(wait, mover.files.scope) }
  }
}
