import DriverCheck
import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The checker of drivers", .requires(.gcc))
struct CheckerTests {
  private func check(_ path: String, _ words: String...) throws -> [CheckResult] {
    var checker = Checker(path)
    checker.program = ThisPackage.products + "/drivers"
    let tests = CheckTest.all.filter { test in
      words.isEmpty || words.contains { test.isMeant(by: $0) }
    }
    #expect(!tests.isEmpty, "\(words) mean no test")
    return try tests.map { test in try checker.run(test) }
  }

  private func expectGood(_ results: [CheckResult]) {
    for result in results {
      #expect(result.outcome == .passed, "\(result.test): \(result.findings) \(result.reason)")
    }
  }

  @Test("finds nothing at fault in the examples in C", .slow, arguments: ["c", "c-stream"])
  func examples(name: String) async throws {
    expectGood(try check(try await ExampleDriver.path(name)))
  }

  @Test("finds nothing at fault in the example in C++", .slow, .requires(.gxx))
  func cpp() async throws { expectGood(try check(try await ExampleDriver.path("cpp"))) }

  @Test("finds nothing at fault in the example in Rust", .slow, .requires(.rustc))
  func rust() async throws { expectGood(try check(try await ExampleDriver.path("rust"))) }

  @Test("finds nothing at fault in the example in Swift", .slow)
  func swift() async throws { expectGood(try check(try await ExampleDriver.path("swift"))) }

  @Test("finds nothing at fault in our own drivers", .slow)
  func own() throws { expectGood(try check(ThisPackage.products + "/libRESTDriver.so")) }

  @Test("names the rule that a file breaks", arguments: BrokenDriver.inFile)
  func inFile(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that is broken at load", .slow, arguments: BrokenDriver.atLoad)
  func atLoad(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that calls break", .slow, arguments: BrokenDriver.inCalls)
  func inCalls(driver: BrokenDriver) throws { try expectCaught(driver) }

  private func expectCaught(_ driver: BrokenDriver) throws {
    let results = try check(try driver.path(), driver.rule)
    let findings = results.flatMap(\.findings)
    #expect(results.contains { !$0.isGood }, "\(driver)")
    #expect(findings.contains { $0.rule == driver.rule }, "\(driver): \(findings)")
    #expect(findings.allSatisfy { !$0.text.isEmpty })
  }

  @Test("finds a file that is no driver at fault, whatever it is")
  func noDriver() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "empty.so")
    try folder.write([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1], to: "cut.so")
    mkfifo(folder.file("pipe.so"), 0o600)
    try folder.write("", to: "sparse.so")
    truncate(folder.file("sparse.so"), 2 << 30)
    for path in ["empty.so", "cut.so", "pipe.so", "sparse.so", "absent.so", "."].map(folder.file)
      + ["/dev/zero"]
    {
      let results = try check(path)
      #expect(results[0].outcome == .failed && !results[0].findings.isEmpty, "\(path)")
      #expect(results.dropFirst().allSatisfy { $0.outcome == .skipped }, "\(path)")
    }
  }
}
