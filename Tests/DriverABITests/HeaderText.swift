import Foundation
import TestSupport

/// The header as text: its example, and its functions with their comments.
struct HeaderText {
  /// A function of the header, or a pointer to one in a table.
  struct Function {
    var name: String
    var comment: String
    /// Whether it returns a status or a number.
    var answers: Bool
  }

  let lines: [String]

  init() throws {
    let text = try String(contentsOfFile: ThisPackage.headers + "/driver_abi.h", encoding: .utf8)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The driver that the comment at the top shows.
  var example: String { block(containing: "DH_DRIVER_ENTRY(driver)") }

  /// The shell's lines that build it.
  var buildLines: String { block(containing: "cc -shared") }

  /// The lines that make the descriptor a dependency of the object.
  var dependencyLines: String { block(containing: "#embed") }

  /// The first of the blocks of indented lines in comments that contains a text.
  private func block(containing text: String) -> String {
    var block: [Substring] = []
    for line in lines + [""] {
      if line.hasPrefix("///     ") {
        block.append(line.dropFirst(8))
      } else if line == "///" {
        block.append("")
      } else {
        if block.contains(where: { $0.contains(text) }) { break }
        block = []
      }
    }
    return block.joined(separator: "\n") + "\n"
  }

  /// All functions but the inline helpers, and but those of Arrow, whose text is not ours.
  var functions: [Function] {
    var found: [Function] = []
    var comment: [String] = []
    var isOurs = false
    for line in lines {
      if line.contains("DH_ASSUME_NONNULL_BEGIN"), !line.hasPrefix("#define") { isOurs = true }
      let code = line.drop { $0 == " " }
      if code.hasPrefix("///") {
        comment.append(String(code.dropFirst(3)))
        continue
      }
      if isOurs, let name = Self.functionName(String(code)) {
        let answers = ["dh_status ", "int32_t ", "int64_t "].contains { code.hasPrefix($0) }
        found.append(Function(name: name, comment: comment.joined(), answers: answers))
      }
      comment = []
    }
    return found
  }

  /// The name, if a line declares a function: `dh_status (*stopped)(…` in a struct, or the entry.
  private static func functionName(_ code: String) -> String? {
    if code.hasPrefix("const void *DH_NULLABLE dh_driver_entry_v1(") { return "dh_driver_entry_v1" }
    guard !code.hasPrefix("typedef"), !code.hasPrefix("#") else { return nil }
    let pattern = /^[a-z].*?\(\*(?:DH_[A-Z]+ )?([a-z_]+)\)\(/
    return code.firstMatch(of: pattern).map { String($0.1) }
  }
}
