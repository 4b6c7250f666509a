import Foundation
import TestSupport
import Testing

@Suite("The fixture drivers", .requires(.gcc, .clang, .nm))
struct FixtureDriverTests {
  static let folder = ThisPackage.folder + "/Tests/FixtureDrivers"

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) }.sorted()
  }()

  @Test("are those of their README's table, each with a descriptor")
  func areThere() throws {
    let text = try String(contentsOfFile: Self.folder + "/README.md", encoding: .utf8)
    let table = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
      .flatMap { $0.split(separator: "|")[0].matches(of: /`([a-z-]+)`/).map { String($0.1) } }
    #expect(Self.names == table.sorted())
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    let descriptors = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    #expect(Self.names == descriptors.sorted())
  }

  @Test("compile without a warning and export one function", arguments: names, ["gcc", "clang"])
  func compile(name: String, compiler: String) async throws {
    let folder = try TemporaryFolder()
    let library = folder.file("libFixtureDriver.so")
    try await Command.check(
      compiler,
      [
        "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-pthread",
        "-I", ThisPackage.headers, "-I", Self.folder, "\(Self.folder)/\(name).c", "-o", library,
      ]
    )
    let symbols = try await Command.check("nm", ["-D", "--defined-only", library])
    // Linkers add _edata, _end and __bss_start of their own.
    let functions = symbols.output.split(separator: "\n").filter { $0.contains(" T ") }
    #expect(functions.count == 1)
    #expect(functions.first?.hasSuffix(" dh_driver_entry_v1") == true)
  }

  @Test("have a descriptor with their own id", arguments: names)
  func descriptor(name: String) throws {
    let data = try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name).json"))
    let descriptor = try #require(
      try JSONSerialization.jsonObject(with: data) as? [String: Any]
    )
    #expect(descriptor["id"] as? String == "org.driverhost.fixture.\(name)")
    #expect(
      descriptor["name"] as? String
        == name.uppercased().replacingOccurrences(of: "-", with: "_")
    )
    for key in ["descriptor", "version", "abi", "execution", "actions"] {
      #expect(descriptor[key] != nil, "\(key)")
    }
  }
}
