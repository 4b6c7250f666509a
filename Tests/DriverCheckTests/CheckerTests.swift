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
    // Others are for channels, rows, secrets, sessions or servers, which not each driver has.
    let always = [
      "file", "linking", "schema", "words", "interfaces", "entry", "instance", "calls", "stops",
      "deadlines", "growth", "unknown", "older", "newer", "borrowed", "inputs",
    ]
    for result in results {
      #expect(result.isGood, "\(result.test): \(result.findings)")
      if always.contains(result.test) {
        #expect(result.outcome == .passed, "\(result.test): \(result.reason)")
      }
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

  @Test("names the rule of memory that is broken", .slow, arguments: BrokenDriver.withMemory)
  func withMemory(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that channels and rows break", .slow, arguments: BrokenDriver.inStreams)
  func inStreams(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that sessions break", .slow, arguments: BrokenDriver.inSessions)
  func inSessions(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that is broken at times only", .slow, arguments: BrokenDriver.withState)
  func withState(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("has a broken driver for each rule that a test holds drivers against")
  func drivers() {
    let elsewhere = ["LIB-1", "LIB-3", "LIB-7", "CALL-8", "NET-2"]
    let broken = Set((BrokenDriver.all + BrokenDriver.withServer).map(\.rule) + elsewhere)
    for rule in Set(CheckTest.all.flatMap(\.rules)).sorted() {
      #expect(broken.contains(rule), "\(rule)")
    }
  }

  /// As `drivers check --only RULE` does, up to the first test that finds something.
  private func expectCaught(_ driver: BrokenDriver) throws {
    var checker = Checker(try driver.path())
    checker.program = ThisPackage.products + "/drivers"
    var findings: [CheckFinding] = []
    for test in CheckTest.all where test.isMeant(by: driver.rule) {
      let result = try checker.run(test)
      findings += result.findings
      guard findings.contains(where: { $0.rule == driver.rule }) else { continue }
      #expect(!result.isGood, "\(driver)")
      break
    }
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
