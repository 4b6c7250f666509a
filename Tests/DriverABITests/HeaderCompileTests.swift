import Foundation
import TestSupport
import Testing

@Suite("The header", .requires(.gcc, .gxx, .clang, .clangPlusPlus))
struct HeaderCompileTests {
  @Test("compiles without a warning", arguments: Compiler.c + Compiler.cPlusPlus)
  func compiles(compiler: Compiler) async throws {
    let folder = try TemporaryFolder()
    try await compiler.compile(
      "#include \"driver_abi.h\"\n#include \"driver_abi.h\"\n",
      ["-c"],
      in: folder,
      output: "header.o"
    )
  }

  @Test("holds helpers that do what they say", arguments: Compiler.c + Compiler.cPlusPlus)
  func helpers(compiler: Compiler) async throws {
    let folder = try TemporaryFolder()
    try await compiler.compile(HelperProgram.source, [], in: folder, output: "helpers")
    try await Command.check(folder.file("helpers"))
  }

  @Test("shows a driver that compiles and stays short", arguments: Compiler.c)
  func example(compiler: Compiler) async throws {
    let source = try HeaderText().example
    #expect(source.split(separator: "\n").count < 30)
    let folder = try TemporaryFolder()
    try folder.write("{}", to: "descriptor.json")
    // In the style of the example an author may leave -Wextra out; it must pass all the same.
    try await compiler.compile(
      source,
      ["-shared", "-fPIC", "-DDH_DESCRIPTOR=\"\(folder.file("descriptor.json"))\""],
      in: folder,
      output: "hello.so"
    )
    let symbols = try await Command.check(
      "nm",
      ["-D", "--defined-only", folder.file("hello.so")]
    )
    #expect(symbols.output.contains(" dh_driver_entry_v1"))
    let libraries = try await Command.check("readelf", ["-d", folder.file("hello.so")])
    let needed = libraries.output.split(separator: "\n").filter { $0.contains("(NEEDED)") }
    #expect(needed.allSatisfy { $0.contains("libc.so") })
  }

  @Test("shows how to build it, in any folder")
  func build() async throws {
    let header = try HeaderText()
    let folder = try TemporaryFolder()
    for name in ["a driver/hello.c", "hello.c"] {
      try folder.write(header.example, to: name)
      let home = String(folder.file(name).dropLast("/hello.c".count))
      let descriptor = "{\"name\": \"\(name)\"}"
      try descriptor.write(toFile: home + "/descriptor.json", atomically: true, encoding: .utf8)
      try await Command.check(
        "sh",
        ["-euc", header.buildLines.replacing("INCLUDE", with: "'\(ThisPackage.headers)'")],
        folder: home
      )
      let notes = try await DescriptorNotes.read(home + "/libHelloDriver.so")
      #expect(notes == [Array(descriptor.utf8)])
    }
  }

  @Test(
    "defines an entry for a table of any name",
    arguments: Compiler.c + Compiler.cPlusPlus,
    ["host", "id", "driver", "table"]
  )
  func entry(compiler: Compiler, name: String) async throws {
    let source = try HeaderText().example
      .replacing("DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)\n", with: "")
      .replacing("dh_driver_v1 driver =", with: "dh_driver_v1 \(name) =")
      .replacing("DH_DRIVER_ENTRY(driver)", with: "DH_DRIVER_ENTRY(\(name))")
    let check = """
      #include <stdio.h>
      int main(void) {
        return dh_driver_entry_v1((const dh_host_v1 *)&\(name), DH_DRIVER_V1) == &\(name)
          && dh_driver_entry_v1((const dh_host_v1 *)&\(name), "dh.driver/2") == NULL ? 0 : 1;
      }

      """
    let folder = try TemporaryFolder()
    try await compiler.compile(source + check, [], in: folder, output: "entry")
    try await Command.check(folder.file("entry"))
  }

  @Test("says of each function what it answers")
  func answers() throws {
    let functions = try HeaderText().functions.filter(\.answers)
    #expect(functions.count >= 22)
    for function in functions {
      #expect(
        function.comment.contains(/DH_[A-Z]|an id above 0/),
        "\(function.name) does not say what it answers"
      )
    }
    // What drivers met by surprise.
    let answers = Dictionary(grouping: functions, by: \.name)
    for (name, statuses) in [
      "output": ["DH_INVALID", "DH_LIMIT"], "opened": ["DH_GONE", "DH_REFUSED"],
      "read": ["DH_AGAIN", "DH_STOPPED", "DH_UNWANTED", "DH_INVALID"],
      "length": ["DH_UNABLE", "DH_UNWANTED", "DH_INVALID"],
      "seek": ["DH_UNABLE", "DH_UNWANTED", "DH_INVALID"],
      "on_ready": ["DH_UNWANTED", "DH_INVALID", "DH_REFUSED"], "once": ["DH_FAILED"],
      "post": ["DH_GONE"],
    ] {
      for status in statuses {
        #expect(answers[name]?.first?.comment.contains(status) == true, "\(name)")
      }
    }
  }

  @Test("includes only <stddef.h> and <stdint.h>")
  func includes() throws {
    let includes = try HeaderText().lines.filter { $0.hasPrefix("#include") }
    #expect(includes == ["#include <stddef.h>", "#include <stdint.h>"])
  }

  @Test("says of each function who may call it and since when")
  func tags() throws {
    let header = try HeaderText()
    let functions = header.functions
    // A guard against a reader of the header that finds nothing.
    #expect(functions.count >= 29)
    #expect(functions.contains { $0.name == "on_stop" })
    #expect(functions.contains { $0.name == "dh_driver_entry_v1" })
    for function in functions {
      #expect(
        ["[call]", "[call, loop]", "[loop]", "[thread-safe]"].contains {
          function.comment.contains($0)
        },
        "\(function.name) lacks its thread tag"
      )
      #expect(function.comment.contains("@since ABI 1"), "\(function.name) lacks @since")
    }
  }

  @Test("is no wider than its lines may be")
  func width() throws {
    for (number, line) in try HeaderText().lines.enumerated() {
      #expect(line.count <= 120, "line \(number + 1)")
    }
  }
}
