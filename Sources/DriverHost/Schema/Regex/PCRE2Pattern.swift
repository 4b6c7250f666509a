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
    /// The work or the memory that one match may take was used up.
    case overLimit
  }

  /// Why PCRE2 does not take a pattern.
  struct Refusal: Error {
    /// The library's own words.
    var message: String
    /// The place in the pattern, in bytes.
    var offset: Int
  }

  /// How often one match may go back, `pcre2_set_match_limit`: some 20 ms of work.
  private static let matchLimit: UInt32 = 1_000_000
  /// How deep one match may nest, `pcre2_set_depth_limit`.
  private static let depthLimit: UInt32 = 100_000
  /// How much memory one match may take, in KiB, `pcre2_set_heap_limit`.
  private static let heapLimitKiB: UInt32 = 16_384

  /// The syntax and semantics that the translation from ECMA-262 counts on.
  private static let options: UInt32 =
    UInt32(PCRE2_UTF) | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_MATCH_UNSET_BACKREF)
    | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_NO_UTF_CHECK)

  // `@unchecked` because the code is never changed after init, and a spare is held by one thread.
  private let code: OpaquePointer
  private let context: OpaquePointer
  /// The address of match data that nobody uses now, or 0: it saves an allocation a match.
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
    guard let context = unsafe pcre2_match_context_create_8(nil) else {
      unsafe pcre2_code_free_8(compiled)
      throw Refusal(message: "no memory", offset: 0)
    }
    unsafe pcre2_set_match_limit_8(context, PCRE2Pattern.matchLimit)
    unsafe pcre2_set_depth_limit_8(context, PCRE2Pattern.depthLimit)
    unsafe pcre2_set_heap_limit_8(context, PCRE2Pattern.heapLimitKiB)
    unsafe self.code = compiled
    unsafe self.context = context
  }

  deinit {
    if let data = unsafe OpaquePointer(bitPattern: spare.load(ordering: .acquiring)) {
      unsafe pcre2_match_data_free_8(data)
    }
    unsafe pcre2_match_context_free_8(context)
    unsafe pcre2_code_free_8(code)
  }

  /// Looks for the pattern anywhere in a text.
  ///
  /// The corresponding C function is `pcre2_match`.
  func match(_ text: String) -> Outcome {
    let held = spare.exchange(0, ordering: .acquiring)
    guard let data = unsafe OpaquePointer(bitPattern: held) ?? pcre2_match_data_create_8(1, nil)
    else { return .overLimit }
    defer {
      let address = UInt(bitPattern: data)
      let (kept, _) = spare.compareExchange(
        expected: 0,
        desired: address,
        ordering: .acquiringAndReleasing
      )
      if !kept { unsafe pcre2_match_data_free_8(data) }
    }
    let status = unsafe text.utf8Span.span.withUnsafeBufferPointer { bytes in
      unsafe withUnsafePointer(to: UInt8(0)) { none in
        unsafe pcre2_match_8(
          code,
          bytes.baseAddress ?? none,
          bytes.count,
          0,
          UInt32(PCRE2_NO_UTF_CHECK),
          data,
          context
        )
      }
    }
    if status >= 0 { return .matched }
    return status == PCRE2_ERROR_NOMATCH ? .notMatched : .overLimit
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
