import Glibc
import Testing

@testable import SSHDriver

@Suite("Answers to a server's questions")
struct PrivateAnswerTests {
  @Test("are told with all of their bytes", arguments: ["", "a\0b", "\0", "größe"])
  func copies(_ answer: String) throws {
    let (start, length) = unsafe Questions.copy(answer)
    defer { unsafe free(start) }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(length))
    #expect(unsafe bytes.elementsEqual(answer.utf8))
  }

  @Test("are the password where it is hidden, unless a new one is asked for")
  func newPassword() {
    let questions = Questions("old", [("new password", "fresh")])
    #expect(questions.answer(to: "Current password: ", isShown: false) == "old")
    #expect(questions.answer(to: "New password: ", isShown: false) == "fresh")
    #expect(!questions.isExpired)
    #expect(questions.answer(to: "Retype NEW it: ", isShown: false).isEmpty)
    #expect(questions.isExpired && questions.unanswered == nil)
    #expect(questions.answer(to: "Token", isShown: true).isEmpty)
    #expect(questions.unanswered == "Token")
  }
}
