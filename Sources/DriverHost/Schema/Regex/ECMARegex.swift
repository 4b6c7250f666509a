/// A regular expression of ECMA-262 with the `u` flag, as `pattern` and `patternProperties` have it.
///
/// It is checked by a parser for that grammar, translated and given to PCRE2, which bounds the work
/// of a match. See Docs/decisions/0001-regular-expressions.md.
struct ECMARegex: Sendable {
  /// What is wrong with a pattern.
  struct SyntaxFault: Error, Sendable, Hashable {
    /// What is wrong, in words.
    var reason: String
    /// The character at fault, from 1.
    var position: Int
    /// Whether the pattern is right, and more than the host can do.
    var isLimit = false
  }

  /// The pattern as it was written.
  let source: String

  private let compiled: PCRE2Pattern

  /// Compiles a pattern.
  init(_ source: String) throws(SyntaxFault) {
    self.source = source
    let translation = try ECMARegex.translation(of: source)
    do {
      compiled = try PCRE2Pattern(translation)
    } catch {
      // The grammar is right, so this is a bound of PCRE2: a size, or a lookbehind without a fixed
      // length. Its offset counts in the translation and would mislead.
      throw SyntaxFault(
        reason: "it is more than the regular expression library can do (\(error.message))",
        position: 1,
        isLimit: true
      )
    }
  }

  /// Looks for the pattern anywhere in a text.
  ///
  /// - Parameters:
  ///   - text: Where to look.
  ///   - work: How many steps may be made; those that were are taken off.
  /// - Returns: Whether it was found.
  func match(_ text: String, work: inout Int) -> PCRE2Pattern.Outcome {
    compiled.match(text, work: &work)
  }

  /// The same pattern in PCRE2's syntax; throws what ECMA-262 refuses.
  static func translation(of source: String) throws(SyntaxFault) -> String {
    var parser = ECMARegexParser(source)
    return try parser.translate()
  }
}
