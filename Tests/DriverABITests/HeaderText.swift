import Foundation
import TestSupport

/// The header as text: its example, and its functions with their comments.
struct HeaderText {
  /// A function of the header, or a pointer to one in a table.
  struct Function {
    var name: String
    var comment: String
  }

  let lines: [String]

  init() throws {
    let text = try String(contentsOfFile: ThisPackage.headers + "/driver_abi.h", encoding: .utf8)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The driver that the comment at the top shows.
  var example: String {
    lines.prefix { $0.hasPrefix("///") }.filter { $0.hasPrefix("///     ") }
      .map { $0.dropFirst(8) }.joined(separator: "\n") + "\n"
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
        found.append(Function(name: name, comment: comment.joined()))
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
