internal import CSSH2
internal import Glibc

/// What a server asks when one logs in by keyboard-interactive (RFC 4256), and what it is told.
final class Questions {
  private let password: String?
  private let answers: [(question: String, answer: String)]
  /// The first question that there was no answer to.
  private(set) var unanswered: String?

  init(_ password: String?, _ answers: [(question: String, answer: String)]) {
    self.password = password
    self.answers = answers
  }

  /// The answer to a question: that of a part of its text, else the password where it is not to be seen.
  private func answer(to question: String, isShown: Bool) -> String {
    let text = question.lowercased()
    if let known = answers.first(where: { text.contains($0.question.lowercased()) }) {
      return known.answer
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
    let questions = unsafe SSHTransport.questions(abstract)
    for index in 0..<Int(count) {
      let prompt = unsafe prompts[index]
      let bytes = unsafe UnsafeRawBufferPointer(start: prompt.text, count: Int(prompt.length))
      let text = unsafe String(decoding: bytes, as: UTF8.self)
      let answer = questions?.answer(to: text, isShown: unsafe prompt.echo != 0) ?? ""
      // The library frees it.
      unsafe responses[index].text = unsafe strdup(answer)
      unsafe responses[index].length = UInt32(answer.utf8.count)
    }
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
