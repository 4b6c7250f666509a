internal import CSSH2
internal import Glibc

/// What a server asks when one logs in by keyboard-interactive (RFC 4256), and what it is told.
final class Questions {
  private let password: String?
  private let answers: [(question: String, answer: String)]
  /// The first question that there was no answer to.
  private(set) var unanswered: String?
  /// Whether a new password was asked for.
  private(set) var isExpired = false

  init(_ password: String?, _ answers: [(question: String, answer: String)]) {
    self.password = password
    self.answers = answers
  }

  /// The answer to a question: that of a part of its text, else the password where it is not to be seen.
  func answer(to question: String, isShown: Bool) -> String {
    let text = question.lowercased()
    if let known = answers.first(where: { text.contains($0.question.lowercased()) }) {
      return known.answer
    }
    // With PAM what asks for a new password looks like what asks for the one that there is.
    if !isShown, text.contains("new password") || text.contains("retype") {
      isExpired = true
      return ""
    }
    if !isShown, let password { return password }
    unanswered = unanswered ?? question.trimmed
    return ""
  }

  /// Answers what the library asks for the server.
  @unsafe
  static func answer(
    _ count: Int32,
    _ prompts: UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?,
    _ responses: UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) {
    guard let prompts = unsafe prompts, let responses = unsafe responses else { return }
    let questions = unsafe SessionContext.of(abstract)?.questions
    for index in 0..<Int(count) {
      let prompt = unsafe prompts[index]
      let bytes = unsafe UnsafeRawBufferPointer(start: prompt.text, count: Int(prompt.length))
      let text = unsafe String(decoding: bytes, as: UTF8.self)
      let answer = questions?.answer(to: text, isShown: unsafe prompt.echo != 0) ?? ""
      let (copy, length) = unsafe Questions.copy(answer)
      unsafe responses[index].text = unsafe copy
      unsafe responses[index].length = length
    }
  }

  /// A copy of an answer for the library, which frees it: all of its bytes, whichever they are.
  @unsafe
  static func copy(_ answer: String) -> (UnsafeMutablePointer<CChar>?, UInt32) {
    let bytes = Array(answer.utf8)
    guard let copy = unsafe malloc(max(1, bytes.count)) else { return (nil, 0) }
    unsafe bytes.withUnsafeBytes {
      if let start = $0.baseAddress { unsafe copy.copyMemory(from: start, byteCount: $0.count) }
    }
    return unsafe (copy.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
  }
}

extension String {
  /// Without blanks and colons at its end.
  fileprivate var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last == ":" { text = text.dropLast() }
    return String(text)
  }
}
