import DriverCheck
import DriverHost
import Foundation
import TestSupport
import Testing

/// Those that the checker can find at fault here: see `isAboutMemory`.
private func seen(_ drivers: [BrokenDriver]) -> [BrokenDriver] {
  Sanitizer.current == nil ? drivers : drivers.filter { !$0.isAboutMemory }
}

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

  @Test(
    "finds nothing at fault in the examples in C",
    .slow,
    arguments: ["c", "c-loop", "c-stream"]
  )
  func examples(name: String) async throws {
    expectGood(try check(try await ExampleDriver.path(name)))
  }

  @Test("finds nothing at fault in what another compiler and linker make of it", .requires(.clang))
  func clang() async throws {
    let folder = try TemporaryFolder()
    try await Command.check(
      ThisPackage.folder + "/Examples/c-stream/build",
      [folder.path],
      environment: ["CC": "clang"]
    )
    #expect(try check(folder.file("libStreamDriver.so"), "LIB-2", "LIB-8").allSatisfy(\.isGood))
  }

  @Test("finds nothing at fault in the example in C++", .slow, .requires(.gxx))
  func cpp() async throws { expectGood(try check(try await ExampleDriver.path("cpp"))) }

  @Test("finds nothing at fault in the example in Rust", .slow, .requires(.rustc))
  func rust() async throws { expectGood(try check(try await ExampleDriver.path("rust"))) }

  @Test("finds nothing at fault in the example in Swift", .slow)
  func swift() async throws { expectGood(try check(try await ExampleDriver.path("swift"))) }

  /// The folders of our own drivers, whose products have the same names.
  private static let own =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: ThisPackage.folder + "/Plugins"
    )) ?? []).filter { name in
      // What has no descriptor yet is no driver.
      FileManager.default.fileExists(
        atPath: "\(ThisPackage.folder)/Plugins/\(name)/descriptor.json"
      )
    }.sorted()

  @Test("finds nothing at fault in our own drivers", .slow, arguments: own)
  func ownDrivers(name: String) throws {
    expectGood(try check("\(ThisPackage.products)/lib\(name).so"))
  }

  @Test("makes each call once, however often the descriptor wants it made again")
  func retries() throws {
    let failing = FixtureDriver.plainSource.replacing(
      "dh_succeed(request->call);",
      with: """
        dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "busy: try again later");
        error.flags = DH_RETRYABLE;
        request->call.fn->done(request->call, &error);
        """
    )
    let path = try FixtureDriver.build(
      "insisting",
      descriptor: FixtureDriver.descriptor(
        more: #" "defaults": {"retry": {"initial": 60, "jitter": false}},"#
      ),
      source: failing
    )
    #expect(try check(path, "calls").map(\.outcome) == [.passed])
  }

  @Test("opens no sessions by actions that take none, and calls none that this host cannot")
  func actionsOfOtherKinds() throws {
    func path(_ actions: String) throws -> String {
      try FixtureDriver.build(
        "sessionless",
        descriptor: FixtureDriver.descriptor(more: #" "session": {},"#)
          .replacing(#"[{"name": "call"}]"#, with: "[\(actions)]")
      )
    }
    // It ends `open` without a session: who asks it for one finds that.
    let sessionless = try check(path(#"{"name": "look", "session": false}"#), "calls", "sessions")
    #expect(sessionless.map(\.outcome) == [.passed, .skipped])
    #expect(sessionless.last?.reason == "none of the actions that can be tried takes a session")
    let taking = try check(path(#"{"name": "use"}"#), "calls")
    #expect(taking.flatMap(\.findings).map(\.rule) == ["SESS-2"])
    let strange = try check(
      path(#"{"name": "look", "session": false}, {"name": "use", "kind": "stream"}"#),
      "calls"
    )
    #expect(strange.map(\.outcome) == [.passed])
  }

  @Test("names the rule that a file breaks", arguments: BrokenDriver.inFile)
  func inFile(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that is broken at load", .slow, arguments: BrokenDriver.atLoad)
  func atLoad(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that calls break", .slow, arguments: seen(BrokenDriver.inCalls))
  func inCalls(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule of memory that is broken", .slow, arguments: seen(BrokenDriver.withMemory))
  func withMemory(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test(
    "names the rule that channels and rows break",
    .slow,
    arguments: seen(BrokenDriver.inStreams)
  )
  func inStreams(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test("names the rule that sessions break", .slow, arguments: seen(BrokenDriver.inSessions))
  func inSessions(driver: BrokenDriver) throws { try expectCaught(driver) }

  @Test(
    "names the rule that is broken at times only",
    .slow,
    arguments: seen(BrokenDriver.withState)
  )
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

  @Test("finds more than one broken rule, and blames no other", .slow)
  func whole() throws {
    for rule in ["LIB-2", "CALL-9", "VAL-7", "PROC-11"] {
      let driver = try #require(BrokenDriver.all.first { $0.rule == rule })
      guard !seen([driver]).isEmpty else { continue }
      let results = try check(try driver.path())
      let rules = Set(results.flatMap(\.findings).map(\.rule))
      #expect(rules == [driver.rule], "\(driver): \(results.flatMap(\.findings))")
    }
  }

  @Test("names the rule that the file itself breaks, and not what is in it")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = try BrokenDriver(rule: "none", how: "keeps all rules").path()
    let good = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var other = good
    // e_machine (elf(5)): AArch64 in the place of this machine, or the other way round.
    other[18] = good[18] == 183 ? 62 : 183
    try folder.write(good, to: "good.so", mode: 0o644)
    try folder.write(other, to: "other.so", mode: 0o644)
    try folder.write(good, to: "writable.so", mode: 0o666)
    #expect(chmod(folder.file("writable.so"), 0o666) == 0)
    func rules(_ name: String) throws -> [String] {
      try check(folder.file(name), "file").flatMap(\.findings).map(\.rule)
    }
    // The number of a draft, in front of the note's name: its type stands there, in four bytes.
    let name = [1, 0, 0, 0] + Array("driver_host\0".utf8)
    let place = try #require(good.indices.first { good[$0...].starts(with: name) })
    var draft = good
    (draft[place], draft[place + 3]) = (3, 0x80)
    try folder.write(draft, to: "draft.so", mode: 0o644)
    try folder.write(good.prefix(good.count / 2).map { $0 }, to: "half.so", mode: 0o644)
    let long = String(repeating: "x", count: 2 << 20)
    let huge = try FixtureDriver.build(
      "huge",
      descriptor: FixtureDriver.descriptor(more: "\"summary\": \"\(long)\",")
    )
    #expect(try rules("draft.so") == ["DESC-1"])
    #expect(try check(huge, "file").flatMap(\.findings).map(\.rule) == ["DESC-1"])
    #expect(try !rules("half.so").isEmpty)
    #expect(try rules("good.so") == [])
    #expect(try rules("other.so") == ["LIB-1"])
    #expect(try rules("writable.so") == ["LIB-7"])
  }

  @Test("names a library that no driver may need")
  func library() async throws {
    let folder = try TemporaryFolder()
    let stub = folder.file("libswiftStub.so")
    try await Command.check(
      try Tool.gcc.required(),
      ["-shared", "-fPIC", "-x", "c", "/dev/null", "-o", stub, "-Wl,-soname,libswiftStub.so"]
    )
    let driver = BrokenDriver(
      rule: "LIB-3",
      how: "needs a Swift runtime",
      flags: ["-Wl,--no-as-needed", stub]
    )
    let findings = try check(try driver.path(), "LIB-3").flatMap(\.findings)
    #expect(findings.map(\.rule) == ["LIB-3"])
    // The library is not where the loader looks.
    #expect(try check(try driver.path(), "LIB-9").flatMap(\.findings).map(\.rule) == ["LIB-9"])
  }

  @Test("costs a call of the host and not the host, where a process can survive it", .slow)
  func survives() async throws {
    let drivers = BrokenDriver.inCalls + BrokenDriver.inStreams + BrokenDriver.inSessions
    for driver in drivers where !["PROC-2", "PROC-7"].contains(driver.rule) && driver.after == 0 {
      let run = try await Command.run(
        ThisPackage.products + "/drivers",
        ["run", "--type", "BROKEN", "--driver-path", try driver.path(), "--timeout", "1"],
        limit: .seconds(30)
      )
      #expect([0, 1].contains(run.status), "\(driver): \(run)")
    }
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
