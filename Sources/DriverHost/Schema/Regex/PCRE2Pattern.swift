import CPCRE2
import Synchronization

/// A compiled regular expression of PCRE2 and what it matches.
///
/// Matching is bounded: a pattern that backtracks without end is stopped and says so. Threads may
/// match with one pattern at the same time. The corresponding C type is `pcre2_code`.
@safe
final class PCRE2Pattern: @unchecked Sendable {
  /// What a match came to.
  enum Outcome: Sendable, Hashable {
    case matched
    case notMatched
    /// The work was used up.
    case overWork
    /// The memory that one match may take was used up.
    case overMemory
  }

  /// Why PCRE2 does not take a pattern.
  struct Refusal: Error {
    /// The library's own words.
    var message: String
    /// The place in the pattern, in bytes.
    var offset: Int
  }

  /// What one match at a time needs, kept for the next.
  @unsafe
  private struct Workspace {
    var data: OpaquePointer
    var context: OpaquePointer
    var meter = MatchMeter(remaining: 0, minimumLength: 0)
  }

  /// How much memory one match may take, in MiB, `pcre2_set_heap_limit`: a group that repeats takes
  /// some 128 bytes each time.
  static let heapLimitMiB = 128
  /// Work above which a match may have taken memory that is not worth being kept.
  private static let keptWork = 4_096
  /// How many bytes of a text make one step of work whatever the pattern does.
  private static let bytesInStep = 256

  /// The syntax and semantics that the translation from ECMA-262 counts on.
  private static let options: UInt32 =
    UInt32(PCRE2_UTF) | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_MATCH_UNSET_BACKREF)
    | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_NO_UTF_CHECK)

  // `@unchecked` because the code is never changed after init, and a spare is held by one thread.
  private let code: OpaquePointer
  private let minimumLength: Int
  /// The address of a workspace that nobody uses now, or 0: it saves allocations.
  private let spare = Atomic<UInt>(0)

  /// Compiles a pattern in PCRE2's own syntax.
  ///
  /// The corresponding C function is `pcre2_compile`.
  init(_ pattern: String) throws(Refusal) {
    var code: Int32 = 0
    var offset = 0
    let compiled = unsafe pattern.utf8Span.span.withUnsafeBufferPointer { bytes in
      // An empty buffer may have no address; PCRE2 wants one.
      unsafe withUnsafePointer(to: UInt8(0)) { none in
        unsafe pcre2_compile_8(
          bytes.baseAddress ?? none,
          bytes.count,
          PCRE2Pattern.options,
          &code,
          &offset,
          nil
        )
      }
    }
    guard let compiled = unsafe compiled else {
      throw Refusal(message: PCRE2Pattern.message(of: code), offset: offset)
    }
    var length: UInt32 = 0
    _ = unsafe pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_MINLENGTH), &length)
    minimumLength = Int(length)
    unsafe self.code = compiled
  }

  deinit {
    if let workspace = unsafe UnsafeMutablePointer<Workspace>(
      bitPattern: spare.load(ordering: .acquiring)
    ) {
      unsafe PCRE2Pattern.free(workspace)
    }
    unsafe pcre2_code_free_8(code)
  }

  /// Looks for the pattern anywhere in a text.
  ///
  /// The corresponding C function is `pcre2_match`.
  ///
  /// - Parameters:
  ///   - text: Where to look.
  ///   - work: How many steps may be made; those that were are taken off.
  /// - Returns: Whether it was found.
  func match(_ text: String, work: inout Int) -> Outcome {
    let held = spare.exchange(0, ordering: .acquiring)
    let kept = unsafe UnsafeMutablePointer<Workspace>(bitPattern: held)
    guard let workspace = unsafe kept ?? PCRE2Pattern.makeWorkspace() else { return .overMemory }
    let before = work
    work -= text.utf8.count / PCRE2Pattern.bytesInStep
    unsafe workspace.pointee.meter = MatchMeter(remaining: work, minimumLength: minimumLength)
    let status = unsafe text.utf8Span.span.withUnsafeBufferPointer { bytes in
      unsafe withUnsafePointer(to: UInt8(0)) { none in
        unsafe pcre2_match_8(
          code,
          bytes.baseAddress ?? none,
          bytes.count,
          0,
          UInt32(PCRE2_NO_UTF_CHECK),
          workspace.pointee.data,
          workspace.pointee.context
        )
      }
    }
    work = unsafe workspace.pointee.meter.left
    unsafe giveBack(workspace, afterWork: before - work)
    switch status {
    case 0...: return .matched
    case PCRE2_ERROR_NOMATCH: return .notMatched
    case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_NOMEMORY: return .overMemory
    default: return .overWork
    }
  }

  private func giveBack(_ workspace: UnsafeMutablePointer<Workspace>, afterWork work: Int) {
    if work <= PCRE2Pattern.keptWork {
      let address = UInt(bitPattern: workspace)
      let (isKept, _) = spare.compareExchange(
        expected: 0,
        desired: address,
        ordering: .acquiringAndReleasing
      )
      if isKept { return }
    }
    unsafe PCRE2Pattern.free(workspace)
  }

  private static func makeWorkspace() -> UnsafeMutablePointer<Workspace>? {
    guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return nil }
    guard let context = unsafe pcre2_match_context_create_8(nil) else {
      unsafe pcre2_match_data_free_8(data)
      return nil
    }
    // The meter bounds the work, and memory the depth.
    unsafe pcre2_set_match_limit_8(context, .max)
    unsafe pcre2_set_depth_limit_8(context, .max)
    unsafe pcre2_set_heap_limit_8(context, UInt32(heapLimitMiB) << 10)
    let workspace = UnsafeMutablePointer<Workspace>.allocate(capacity: 1)
    unsafe workspace.initialize(to: Workspace(data: data, context: context))
    unsafe pcre2_set_callout_8(
      context,
      { block, workspace in
        guard let block = unsafe block,
          let workspace = unsafe workspace?.assumingMemoryBound(to: Workspace.self)
        else { return PCRE2_ERROR_CALLOUT }
        let (number, position) = unsafe (
          block.pointee.callout_number, block.pointee.current_position
        )
        let goesOn = unsafe workspace.pointee.meter.pass(number, at: position)
        return goesOn ? 0 : PCRE2_ERROR_CALLOUT
      },
      workspace
    )
    return unsafe workspace
  }

  private static func free(_ workspace: UnsafeMutablePointer<Workspace>) {
    unsafe pcre2_match_data_free_8(workspace.pointee.data)
    unsafe pcre2_match_context_free_8(workspace.pointee.context)
    unsafe workspace.deallocate()
  }

  /// The words for an error number.
  ///
  /// The corresponding C function is `pcre2_get_error_message`.
  private static func message(of code: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress else { return "error \(code)" }
      let length = unsafe pcre2_get_error_message_8(code, start, buffer.count)
      guard length > 0 else { return "error \(code)" }
      return unsafe String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }
  }
}
