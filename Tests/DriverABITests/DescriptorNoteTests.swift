import Foundation
import TestSupport
import Testing

/// One way to build a driver.
struct Build: Sendable, CustomTestStringConvertible {
  var words: [String]

  init(_ line: String) {
    words = line.split(separator: " ").map(String.init)
  }

  var testDescription: String { words.joined(separator: " ") }

  static let all = [
    "gcc",
    "gcc -O2 -flto",
    "gcc -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections",
    "gcc -fuse-ld=gold",
    "gcc -fuse-ld=gold -Wl,--gc-sections",
    "gcc -Wl,-z,relro,-z,now -Wl,--build-id",
    "g++ -x c++",
    "clang",
    "clang -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections",
    "clang -fuse-ld=gold",
    "clang -fuse-ld=lld",
    "clang -fuse-ld=lld -Wl,--gc-sections",
    "clang -fuse-ld=lld -O2 -flto",
    "clang -fuse-ld=lld -O2 -flto=thin",
    "clang++ -x c++ -fuse-ld=lld",
  ].map(Build.init)
}

@Suite(
  "The embedded descriptor",
  .requires(
    .gcc,
    .gxx,
    .clang,
    .clangPlusPlus,
    .objcopy,
    .readelf,
    .strip,
    Tool("ld.gold")
  )
)
struct DescriptorNoteTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.descriptor, to: "descriptor.json")
    try folder.write(Self.source, to: "driver.c")
  }

  @Test("survives each linker and strip, once and whole", arguments: Build.all)
  func survives(build: Build) async throws {
    try await compile(build)
    try await check("driver.so")
    try await Command.check("strip", ["--strip-all", folder.file("driver.so")])
    try await check("driver.so")
  }

  @Test("of any length keeps its bytes", arguments: [1, 2, 3, 4, 5, 4095, 70_001])
  func lengths(length: Int) async throws {
    let descriptor = String(repeating: "x", count: length)
    try folder.write(descriptor, to: "descriptor.json")
    try await compile(Build("gcc"))
    #expect(try await DescriptorNotes.read(folder.file("driver.so")) == [Array(descriptor.utf8)])
  }

  @Test(
    "is that of the path which the build gives, wherever it compiles and links",
    arguments: [
      "gcc", "gcc -flto", "g++ -x c++", "clang", "clang -fuse-ld=lld -flto",
      "clang -fuse-ld=lld -flto=thin",
    ].map(Build.init)
  )
  func absolutePath(build: Build) async throws {
    try folder.write(
      Self.source.replacing("\"descriptor.json\"", with: "DH_DESCRIPTOR"),
      to: "driver.c"
    )
    // Others' descriptors, where an assembler would find them first.
    try folder.write("{\"name\": \"COMPILED\"}", to: "compile/descriptor.json")
    try folder.write("{\"name\": \"LINKED\"}", to: "link/descriptor.json")
    let path = folder.file("descriptor.json")
    try await Command.check(
      build.words[0],
      Array(build.words.dropFirst()) + [
        "-I", ThisPackage.headers, "-fPIC", "-DDH_DESCRIPTOR=\"\(path)\"", "-c", "../driver.c",
        "-o", folder.file("driver.o"),
      ],
      folder: folder.file("compile")
    )
    let languages = ["-x", "c++"]
    try await Command.check(
      build.words[0],
      build.words.dropFirst().filter { !languages.contains($0) }
        + ["-shared", "../driver.o", "-o", folder.file("driver.so")],
      folder: folder.file("link")
    )
    try await check("driver.so")
  }

  @Test("is a dependency of the object by the lines that the header shows", arguments: Compiler.c)
  func dependency(compiler: Compiler) async throws {
    try folder.write(Self.descriptor, to: "other.json")
    try await compiler.compile(
      Self.source.replacing("\"descriptor.json\"", with: "DH_DESCRIPTOR")
        + (try HeaderText().dependencyLines),
      ["-c", "-MMD", "-MF", "list.d", "-DDH_DESCRIPTOR=\"\(folder.file("other.json"))\""],
      in: folder,
      output: "driver.o"
    )
    let isListed = try folder.text("list.d").contains("other.json")
    #expect(isListed == (compiler.program == "clang"))
  }

  @Test("stops the build when the file is missing", arguments: ["gcc", "clang"])
  func missing(compiler: String) async throws {
    try FileManager.default.removeItem(atPath: folder.file("descriptor.json"))
    let command = try await Command.run(
      compiler,
      ["-I", ThisPackage.headers, "-shared", "-fPIC", "driver.c", "-o", "driver.so"],
      folder: folder.path
    )
    #expect(command.status != 0)
    #expect(command.error.contains("descriptor.json"))
  }

  private func compile(_ build: Build) async throws {
    try await Command.check(
      build.words[0],
      Array(build.words.dropFirst())
        + ["-I", ThisPackage.headers, "-shared", "-fPIC", "driver.c", "-o", "driver.so"],
      folder: folder.path
    )
  }

  /// One note, with the bytes of the file, in a segment that is loaded.
  private func check(_ name: String) async throws {
    #expect(try await DescriptorNotes.read(folder.file(name)) == [Array(Self.descriptor.utf8)])
    let segments = try await Command.check("readelf", ["-lW", folder.file(name)])
    let loaded = segments.output.split(separator: "\n").filter {
      $0.contains(".note.driver_host")
    }
    // The mapping of sections to segments names it twice: in a LOAD and in a NOTE.
    #expect(loaded.count == 2, "\(segments.output)")
  }

  private static let descriptor = "{\"descriptor\": 1, \"name\": \"NOTE\", \"title\": \"Grüße\"}\n"

  private static let source = """
    #include "driver_abi.h"
    DH_EMBED_DESCRIPTOR("descriptor.json")
    static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
      (void)host, (void)loop, (void)instance, (void)report;
      return DH_OK;
    }
    static void destroy(void *instance) { (void)instance; }
    static void start(void *instance, const dh_request_v1 *request) {
      (void)instance;
      dh_succeed(request->call);
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    DH_DRIVER_ENTRY(driver)

    """
}
