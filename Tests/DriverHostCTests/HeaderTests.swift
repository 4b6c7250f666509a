import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("The header of the host", .requires(.gcc, .gxx, .clang, .clangPlusPlus))
struct HeaderTests {
  static let path = ThisPackage.folder + "/Sources/DriverHostC/include/driver_host.h"
  static let flags = [
    "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", ThisPackage.headers,
    "-I", ThisPackage.folder + "/Sources/DriverHostC/include",
  ]

  private let lines: [String]

  init() throws {
    lines = try String(contentsOfFile: Self.path, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(
    "compiles without a warning, alone and with its helpers in use",
    arguments: [
      ("gcc", "c11"), ("gcc", "c17"), ("clang", "c11"), ("clang", "c17"), ("g++", "c++17"),
      ("clang++", "c++17"),
    ]
  )
  func compiles(compiler: (program: String, standard: String)) async throws {
    let folder = try TemporaryFolder()
    let name = compiler.standard.hasPrefix("c++") ? "use.cpp" : "use.c"
    try folder.write(
      """
      #include "driver_host.h"
      #include "driver_host.h"
      int main(void) {
        dh_target_v1 targets[3] = {dh_connector("a"), dh_type("B"), dh_vault("c")};
        dh_value_v1 value = dh_json("{}");
        return targets[1].kind == DH_TARGET_TYPE && targets[2].name.len == 1
          && value.kind == DH_JSON && value.count == 2 ? 0 : 1;
      }

      """,
      to: name
    )
    try await Command.check(
      compiler.program,
      ["-std=\(compiler.standard)"] + Self.flags + [folder.file(name), "-o", folder.file("use")]
    )
    try await Command.check(folder.file("use"))
  }

  @Test("shows an engine that compiles")
  func example() async throws {
    let code = lines.prefix { !$0.hasPrefix("#ifndef") }
      .filter { $0.hasPrefix("///     ") }.map { $0.dropFirst(8) }.joined(separator: "\n")
    #expect(code.contains("int main(void)"))
    let folder = try TemporaryFolder()
    try folder.write(code + "\n", to: "engine.c")
    try await Command.check(
      "clang",
      ["-std=c11", "-c"] + Self.flags + [folder.file("engine.c"), "-o", folder.file("engine.o")]
    )
  }

  @Test("says of each function who may call it and since when")
  func tags() throws {
    var comment = ""
    var names: [Substring] = []
    for line in lines {
      if line.hasPrefix("///") {
        comment += line.dropFirst(3)
        continue
      }
      if let match = line.firstMatch(of: /^[a-z0-9_]+(?: char)? \*?(?:const )?\*?(dh_[a-z_]+_v1)\(/)
        ?? line.firstMatch(of: /^const .*\*(?:DH_NULLABLE )?(dh_[a-z_]+_v1)\(/)
      {
        names.append(match.1)
        #expect(comment.contains("[thread-safe]"), "\(match.1)")
        #expect(comment.contains("@since host API 1"), "\(match.1)")
      }
      comment = ""
    }
    #expect(Set(names).count == 31 && names.count == 31, "\(names)")
  }

  @Test("is no wider than its lines may be")
  func width() {
    for (number, line) in lines.enumerated() { #expect(line.count <= 120, "line \(number + 1)") }
  }

  @Test("has each constant, with its number, in what layout.c asserts")
  func numbers() throws {
    let asserted = try layout().matches(of: /(?m)^NUMBER\(([A-Z_0-9]+), (\S+)\);$/)
      .map { "\($0.1) \($0.2)" }
    let defined = lines.joined(separator: "\n")
      .matches(of: /(?m)^#define (DH_[A-Z_0-9]+) (-?(?:0x)?[0-9a-f]+u?)(?:$| )/)
      .map { "\($0.1) \($0.2)" }
    #expect(asserted == defined && asserted.contains("DH_FORKED -16"))
  }

  @Test("has each struct, with all of its fields, in what layout.c asserts")
  func structs() throws {
    let layout = try layout()
    let text = lines.joined(separator: "\n")
    let structs = text.matches(of: /(?s)typedef struct (dh_\w+) \{(.*?)\n\} \w+;/)
    #expect(structs.count == 11)
    for match in structs {
      #expect(layout.contains("SIZE(\(match.1), "))
      let fields = match.2.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("/") }.compactMap { $0.firstMatch(of: /(\w+);$/)?.1 }
      for field in fields.dropFirst() {
        #expect(layout.contains("OFFSET(\(match.1), \(field), "), "\(match.1).\(field)")
      }
    }
  }

  @Test("has the sizes in Swift that layout.c asserts in C")
  func sizes() throws {
    let sizes: [String: Int] = [
      "dh_fault_v1": MemoryLayout<dh_fault_v1>.stride,
      "dh_failure_v1": MemoryLayout<dh_failure_v1>.stride,
      "dh_result_v1": MemoryLayout<dh_result_v1>.stride,
      "dh_log_line_v1": MemoryLayout<dh_log_line_v1>.stride,
      "dh_host_options_v1": MemoryLayout<dh_host_options_v1>.stride,
      "dh_texts_v1": MemoryLayout<dh_texts_v1>.stride,
      "dh_target_v1": MemoryLayout<dh_target_v1>.stride,
      "dh_sink_v1": MemoryLayout<dh_sink_v1>.stride,
      "dh_source_v1": MemoryLayout<dh_source_v1>.stride,
      "dh_call_options_v1": MemoryLayout<dh_call_options_v1>.stride,
      "dh_fan_out_v1": MemoryLayout<dh_fan_out_v1>.stride,
    ]
    let asserted = try layout().matches(of: /(?m)^SIZE\((\w+), ([0-9]+)\);$/)
      .map { (String($0.1), Int($0.2) ?? 0) }
    #expect(Dictionary(uniqueKeysWithValues: asserted) == sizes)
  }

  private func layout() throws -> String {
    try String(
      contentsOfFile: ThisPackage.folder + "/Sources/DriverHostC/layout.c",
      encoding: .utf8
    )
  }
}
