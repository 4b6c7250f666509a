import Foundation
import TestSupport
import Testing

@Suite("The frozen headers of revision 1", .requires(.gcc, .clang))
struct FrozenHeaderTests {
  private static let today = [
    "-I", ThisPackage.headers, "-I", ThisPackage.folder + "/Sources/DriverHostC/include",
  ]

  private static func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(FrozenBuild.folder)/\(name)", encoding: .utf8)
  }

  @Test(
    "have the layout that was asserted then, as have those of today",
    arguments: ["gcc", "clang"],
    ["driver_abi_layout.c", "driver_host_layout.c"]
  )
  func layout(compiler: String, name: String) async throws {
    for include in [["-I", FrozenBuild.folder], Self.today] {
      // From standard input: of a file the header beside it would be taken.
      let command = try await Command.run(
        compiler,
        ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"] + include + ["-x", "c", "-"],
        input: Self.text(name)
      )
      #expect(command.status == 0, "\(include.last ?? ""): \(command.error)")
    }
  }

  @Test(
    "stop a build where another layout is asserted",
    arguments: ["gcc", "clang"]
  )
  func otherLayout(compiler: String) async throws {
    let source = try Self.text("driver_abi_layout.c")
      .replacing("SIZE(dh_text_v1, 16)", with: "SIZE(dh_text_v1, 24)")
    let command = try await Command.run(
      compiler,
      ["-std=c11", "-fsyntax-only"] + Self.today + ["-x", "c", "-"],
      input: source
    )
    #expect(command.status != 0)
    #expect(command.error.contains("the layout of dh_text_v1 is frozen"))
  }

  @Test("are told from a library that lacks a function of theirs", .requires(.nm, .readelf))
  func library() async throws {
    let script = ThisPackage.folder + "/Scripts/abi"
    try await Command.check(script, ["--library", ThisPackage.products + "/libdriverhost.so"])
    let folder = try TemporaryFolder()
    try folder.write("int nothing;\n", to: "other.c")
    for (soname, fault) in [
      ("libdriverhost.so.1", "lacks dh_api_v1, "), ("libdriverhost.so.2", "has the SONAME"),
    ] {
      try await Command.check(
        "gcc",
        ["-shared", "-Wl,-soname,\(soname)", folder.file("other.c"), "-o", folder.file("other.so")]
      )
      let command = try await Command.run(script, ["--library", folder.file("other.so")])
      #expect(command.status == 1 && command.error.contains(fault), "\(command.error)")
    }
  }

  @Test("have no member and no function that the programs beside them do not use")
  func coverage() throws {
    let programs = try ["blocking.c", "nonblocking.c", "engine.c"].map(Self.text)
    let words = Set(
      programs.joined().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    )
    // Comments may name what nobody uses; a member is used behind a dot or an arrow.
    let members = Set(
      programs.joined().matches(of: /(?:\.|->)([a-z_][a-z_0-9]*)/).map { String($0.1) }
    )
    let layouts = try ["driver_abi_layout.c", "driver_host_layout.c"].map(Self.text).joined()
    let asserted = layouts.matches(of: /(?m)^OFFSET\((?:struct )?([A-Za-z_0-9]+), ([a-z_0-9]+),/)
    #expect(asserted.count > 150)
    for match in asserted where !["dh_driver_v1"].contains(match.1) {
      let isUsed = members.contains(String(match.2))
      #expect(isUsed, "\(match.1).\(match.2)")
    }
    let headers = try ["driver_abi.h", "driver_host.h"].map(Self.text).joined(separator: "\n")
    let functions = headers.matches(of: /(?m)^(?!typedef|#|\/)[a-z][^\n(\/]*?\b(dh_[a-z_0-9]+)\(/)
      .map { String($0.1) }
    #expect(functions.count > 50)
    // The entry is written by the macro, and the others are for targets that need a workspace with something in it.
    let unused = ["dh_driver_entry_v1", "dh_connector", "dh_target_of", "dh_vault"]
    for function in functions where !unused.contains(function) {
      let isUsed = words.contains(function)
      #expect(isUsed, "\(function)")
    }
  }
}
