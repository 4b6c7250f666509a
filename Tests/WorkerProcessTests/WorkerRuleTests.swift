import DriverCheck
import TestSupport
import Testing

@Suite("A driver in a process of its own, held against the rules", .requires(.gcc))
struct WorkerRuleTests {
  // A worker's own memory and descriptors are not looked at: those of the process of the host are.
  // Not by `growth`, which counts what malloc(3) has handed out: that includes what each thread's own cache
  // holds, and a proxy starts threads for its calls. Without these caches (GLIBC_TUNABLES of
  // `glibc.malloc.tcache_count=0`) it finds nothing, and of what the proxy itself allocates nothing is left.
  @Test(
    "keeps all that it keeps in the host's process",
    .slow,
    arguments: CheckTest.all.map(\.name).filter { $0 != "growth" }
  )
  func rules(name: String) async throws {
    let test = try #require(CheckTest.all.first { $0.name == name })
    let driver = TrialDriver.example("c-stream")
    let result = try Self.check(try await driver.proxy(), test)
    #expect(result.isGood, "\(result.findings)")
    // What is not for such a driver is skipped on both sides.
    if result.outcome != .passed {
      #expect(try Self.check(try await driver.path(), test).outcome == result.outcome)
    }
  }

  private static func check(_ path: String, _ test: CheckTest) throws -> CheckResult {
    var checker = Checker(path)
    checker.program = ThisPackage.products + "/drivers"
    return try checker.run(test)
  }
}
