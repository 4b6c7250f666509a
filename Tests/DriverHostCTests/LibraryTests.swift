import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("libdriverhost.so", .requires(.clang))
struct LibraryTests {
  private static let library = ThisPackage.products + "/libdriverhost.so"
  private static let headers = HeaderTests.flags

  @Test("exports the functions of its header and nothing else")
  func exports() async throws {
    let symbols = try await Command.check(
      "nm",
      ["-D", "--extern-only", "--defined-only", Self.library]
    )
    let exported = symbols.output.split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.map(String.init) }
    let header = try String(contentsOfFile: HeaderTests.path, encoding: .utf8)
    let declared = Set(
      header.matches(of: /(?m)^[a-z][^\n\/]*\b(dh_[a-z_]+_v1)\(/).map { String($0.1) }
        .filter { !$0.hasSuffix("_fn_v1") }
    )
    #expect(declared.count == 31 && Set(exported) == declared)
  }

  @Test("brings its Swift runtime and needs none")
  func needed() async throws {
    let needed = try await Command.check("readelf", ["-d", Self.library]).output
      .split(separator: "\n").filter { $0.contains("(NEEDED)") }
    #expect(!needed.isEmpty)
    for library in ["libswift", "libdispatch", "libBlocks", "libFoundation"] {
      #expect(!needed.contains { $0.contains(library) }, "\(needed)")
    }
  }

  @Test("loads in a program that has another Swift runtime, and runs calls there")
  func otherRuntime() throws {
    let handle = try #require(dlopen(Self.library, RTLD_NOW | RTLD_LOCAL))
    // Never closed: it has started threads.
    func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
      unsafeBitCast(try #require(dlsym(handle, name)), to: type)
    }
    typealias Handle = UnsafeMutablePointer<dh_handle>
    let open = try function(
      "dh_host_open_v1",
      (@convention(c) (UnsafePointer<dh_host_options_v1>?, Handle, Handle?) -> dh_status).self
    )
    let connect = try function(
      "dh_host_connect_v1",
      (@convention(c) (
        dh_handle, UnsafePointer<dh_target_v1>, UnsafePointer<dh_value_v1>?,
        UnsafePointer<dh_call_options_v1>?, Handle?, Handle?
      ) -> dh_status).self
    )
    let close = try function(
      "dh_host_close_v1",
      (@convention(c) (dh_handle, Handle?, Handle?) -> dh_status).self
    )
    let tree = try function(
      "dh_tree_v1",
      (@convention(c) (dh_handle) -> UnsafePointer<dh_value_v1>?).self
    )
    let release = try function(
      "dh_release_v1",
      (@convention(c) (dh_handle) -> dh_status).self
    )
    let paths = Texts([try FixtureDriver.path("echo")])
    var options = dh_host_options_v1()
    options.driver_paths = UnsafePointer(paths.start)
    options.driver_path_count = 1
    options.flags = DH_ONLY_GIVEN_PATHS
    var (host, result): (dh_handle, dh_handle) = (0, 0)
    try #require(open(&options, &host, nil) == DH_OK)
    let inputs = Texts([#"{"string": "there"}"#])
    var map = dh_textual(DH_JSON, inputs.start[0].ptr, inputs.start[0].len)
    var echo = callTarget("ECHO")
    try #require(connect(host, &echo, &map, nil, &result, nil) == DH_OK)
    #expect(string(dh_text_of(tree(result), "string")) == "there")
    #expect(release(result) == DH_OK && close(host, nil, nil) == DH_OK && release(host) == DH_OK)
  }

  /// Compiles a program in C against the library, and runs it.
  private func run(
    _ source: String,
    _ arguments: [String],
    isLinked: Bool = true
  ) async throws -> Command {
    let folder = try TemporaryFolder()
    try folder.write(source, to: "program.c")
    // Without optimization: what follows from a NULL that must not be is not to be taken away.
    try await Command.check(
      "clang",
      ["-std=c11", "-O0"] + Self.headers + [
        folder.file("program.c"), "-o", folder.file("program"), "-L", ThisPackage.products,
        "-Wl,-rpath,\(ThisPackage.products)", "-pthread",
      ] + (isLinked ? ["-ldriverhost"] : [])
    )
    return try await Command.run(folder.file("program"), arguments)
  }

  @Test(
    "answers in a child of fork with one error, from every function, and never hangs",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func fork() async throws {
    let drivers = try ["echo", "sleeper", "arrow"].map { try FixtureDriver.path($0) }
    let command = try await run(ForkProgram.source, drivers)
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }

  @Test(
    "runs calls on threads with the least stack that its header asks for",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func smallStack() async throws {
    // What is not optimized takes four times as much, and is not what engines have.
    let size = _isDebugAssertConfiguration() ? 2048 : 512
    let command = try await run(
      ThreadProgram.smallStack,
      [FixtureDriver.path("echo"), String(size)]
    )
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }

  @Test(
    "stays loaded once a host was opened, whoever closes it",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func unloading() async throws {
    let command = try await run(ThreadProgram.unloading, [Self.library], isLinked: false)
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }

  @Test(
    "refuses a NULL where there may be none",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func null() async throws {
    let command = try await run(NullProgram.source, [])
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }

  @Test(
    "serves the engine of the examples",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func example() async throws {
    let folder = try TemporaryFolder()
    let examples = ThisPackage.folder + "/Examples"
    for example in ["c", "c-stream", "c-engine"] {
      try await Command.check(
        "\(examples)/\(example)/build",
        [folder.path],
        environment: ["LIBRARY": ThisPackage.products, "CFLAGS": "-Werror"]
      )
    }
    let output = try await Command.check(
      folder.file("engine"),
      [folder.path, examples + "/c-engine/workspace"]
    ).output
    #expect(output.contains("driver HELLO 1.0.0\ndriver STREAM 1.0.0\n"))
    #expect(output.contains("\"text\": \"Hello, Ada!\""))
    #expect(output.contains("\"text\": \"Good morning, Grace!\""))
    #expect(output.contains("STREAM: cancelled, "))
    #expect(output.contains("  at /greting: unknown input") && output.contains("  at /who: "))
    #expect(output.contains("\"clean\": true"))
  }
}
