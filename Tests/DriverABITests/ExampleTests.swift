import Foundation
import TestSupport
import Testing

@Suite("The example in C", .requires(.gcc, .clang, .objcopy))
struct ExampleTests {
  private static let example = ThisPackage.folder + "/Examples/c"

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs the example's script in a folder that holds another driver's descriptor.
  private func build(
    _ environment: [String: String?],
    script: String = example + "/build"
  ) async throws -> Command {
    try folder.write("{\"name\": \"OTHER\"}", to: "elsewhere/descriptor.json")
    var all: [String: String?] = ["CC": nil, "CFLAGS": nil, "INCLUDE": nil]
    all.merge(environment) { _, new in new }
    return try await Command.run(
      script,
      [folder.file("out")],
      environment: all,
      folder: folder.file("elsewhere")
    )
  }

  @Test(
    "embeds its own descriptor, whatever the compiler is and wherever it runs",
    arguments: ["", "gcc", "clang", "env gcc", "gcc -flto", "clang -fuse-ld=lld -flto"]
  )
  func descriptor(compiler: String) async throws {
    let command = try await build(["CC": compiler.isEmpty ? nil : compiler, "CFLAGS": "-Werror"])
    #expect(command.status == 0, "\(command.error)")
    let descriptor = try Data(contentsOf: URL(filePath: Self.example + "/descriptor.json"))
    #expect(
      try await DescriptorNotes.read(folder.file("out/libHelloDriver.so")) == [[UInt8](descriptor)]
    )
  }

  @Test("embeds its own descriptor in a folder whose name has spaces")
  func spaces() async throws {
    for name in ["build", "hello.c", "descriptor.json"] {
      let copy = try folder.folder("a driver") + "/" + name
      try FileManager.default.copyItem(atPath: Self.example + "/" + name, toPath: copy)
    }
    let command = try await build(
      ["INCLUDE": ThisPackage.headers],
      script: folder.file("a driver/build")
    )
    #expect(command.status == 0, "\(command.error)")
    #expect(try await DescriptorNotes.read(folder.file("out/libHelloDriver.so")).count == 1)
  }

  @Test("is built with a warning where the compiler has a new one")
  func warning() async throws {
    try folder.write("#warning a compiler of tomorrow\n", to: "tomorrow.h")
    let command = try await build(["CC": "gcc -include \(folder.file("tomorrow.h"))"])
    #expect(command.status == 0)
    #expect(command.error.contains("a compiler of tomorrow"))
  }

  @Test(
    "is not built with another header than the one that INCLUDE names",
    .requires(Tool("pkg-config"))
  )
  func include() async throws {
    try folder.write(
      "includedir=\(ThisPackage.headers)\nName: driver-abi\nDescription: -\nVersion: 1\n",
      to: "pc/driver-abi.pc"
    )
    let wrong = folder.file("nowhere")
    let command = try await build(["INCLUDE": wrong, "PKG_CONFIG_PATH": folder.file("pc")])
    #expect(command.status == 1)
    #expect(command.error.contains(wrong))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/libHelloDriver.so")))
  }

  @Test(
    "finds an installed header by pkg-config outside the repository",
    .requires(Tool("pkg-config"))
  )
  func installed() async throws {
    try folder.write(
      "includedir=\(ThisPackage.headers)\nName: driver-abi\nDescription: -\nVersion: 1\n",
      to: "pc/driver-abi.pc"
    )
    for name in ["build", "hello.c", "descriptor.json"] {
      let copy = try folder.folder("copied/c") + "/" + name
      try FileManager.default.copyItem(atPath: Self.example + "/" + name, toPath: copy)
    }
    let command = try await build(
      ["PKG_CONFIG_PATH": folder.file("pc")],
      script: folder.file("copied/c/build")
    )
    #expect(command.status == 0, "\(command.error)")
  }
}
