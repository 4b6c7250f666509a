import Foundation
import TestSupport
import Testing

@Suite("The declarations for Rust")
struct RustTests {
  private let header: String
  private let rust: String

  init() throws {
    header = try String(
      contentsOfFile: ThisPackage.folder + "/Sources/DriverABI/include/driver_abi.h",
      encoding: .utf8
    )
    rust = try String(
      contentsOfFile: ThisPackage.folder + "/Examples/rust/driver_abi.rs",
      encoding: .utf8
    )
  }

  @Test("have each number of the header, and no other one")
  func numbers() {
    var expected: [String: String] = [:]
    for match in header.matches(of: /(?m)^#define (DH_[A-Z0-9_]+) (-?[0-9xa-f]+)u?( |$)/) {
      expected[String(match.1)] = String(match.2)
    }
    var found: [String: String] = [:]
    for match in rust.matches(of: /(?m)^pub const (DH_[A-Z0-9_]+): [a-z0-9_]+ = (-?[0-9xa-f]+);/) {
      found[String(match.1)] = String(match.2)
    }
    #expect(found.count > 50)
    #expect(found == expected)
  }

  @Test("have each struct of the header, with its members in their order")
  func structs() throws {
    let renamed = ["fn": ["calls", "report"], "as": ["r#as"]]
    for match in header.matches(of: /(?m)^(?:typedef )?struct (\w+) \{\n((?:  .*\n|\n)+)\}/) {
      let name = String(match.1)
      let body = try #require(
        rust.firstMatch(of: try Regex("pub struct \(name) \\{\\n((?:    .*\\n)+)\\}")),
        "\(name) is missing in Rust"
      )
      let theirs = String(body.output[1].substring ?? "").matches(of: /(?m)^    pub ([\w#]+):/)
        .map { String($0.1) }
      let ours = members(of: String(match.2))
      #expect(theirs.count == ours.count, "\(name): \(theirs) and \(ours)")
      for (their, our) in zip(theirs, ours) where their != our {
        #expect(renamed[our]?.contains(their) == true, "\(name).\(our) is \(their) in Rust")
      }
    }
  }

  /// The names of a struct's members, functions as well.
  private func members(of body: String) -> [String] {
    var names: [String] = []
    var isInside = false
    for line in body.split(separator: "\n") {
      let code = line.drop { $0 == " " }
      if code.hasPrefix("///") || code.isEmpty { continue }
      if !isInside {
        if let function = code.firstMatch(of: /\(\*(?:DH_\w+ )?(\w+)\)\(/) {
          names.append(String(function.1))
        } else if let field = code.firstMatch(of: /(\w+);$/) {
          names.append(String(field.1))
        }
      }
      isInside = !code.hasSuffix(";")
    }
    return names
  }
}
