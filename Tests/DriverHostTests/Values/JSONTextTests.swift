import Testing

@testable import DriverHost

@Suite("A JSON document that is kept as text")
struct JSONTextTests {
  private func isTaken(levels: Int, blanks: Int) -> Bool {
    let text =
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
      + String(repeating: " ", count: blanks)
    return (try? JSONText(checking: text)) != nil
  }

  @Test("is as deep as the ABI allows and no deeper, small or large", arguments: [0, 5000])
  func depth(blanks: Int) {
    #expect(isTaken(levels: 256, blanks: blanks))
    #expect(!isTaken(levels: 257, blanks: blanks))
  }
}
