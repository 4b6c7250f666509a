import Foundation
import TestSupport
import Testing

@Suite("Checking a driver", .requires(.gcc))
struct CheckCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  /// A driver that keeps all rules, save those that `before` and the descriptor break.
  private func add(_ file: String, before: String = "", summary: String = "Does it.") throws {
    let path = try FixtureDriver.build(
      "checked",
      descriptor: """
        {"descriptor": 1, "name": "CHECKED", "id": "org.example.checked", "version": "1.0.0",
         "summary": "Is checked.", "abi": ["dh.driver/1"], "execution": "blocking", "inputs":
         {"type": "object", "properties": {"host": {"type": "string", "description": "Where.",
         "x-address": "host", "default": "localhost"}}},
         "actions": [{"name": "call", "summary": "\(summary)"}]}
        """,
      source: before
        + FixtureDriver.plainSource.replacing(
          "  dh_succeed(request->call);",
          with: """
              if (dh_text_is(request->action, "call")) dh_succeed(request->call);
              else dh_fail(request->call, DH_ERROR_UNSUPPORTED, "there is no such action");
            """
        )
    )
    try cli.folder.write([UInt8](try Data(contentsOf: URL(filePath: path))), to: file, mode: 0o644)
  }

  private let exported = #"__attribute__((visibility("default"))) int more; int more = 1;"#

  @Test("shows each test with what it found, and ends with 3 where that is something", .slow)
  func text() async throws {
    try add("good/libCheckedDriver.so")
    try add("bad/libCheckedDriver.so", before: exported, summary: "")
    let runs = [
      try await cli.run("check <folder>/good/libCheckedDriver.so"),
      try await cli.run("check <folder>/bad/libCheckedDriver.so --only linking --only DESC-14"),
      try await cli.run("check <folder>/good/libCheckedDriver.so --only NET-1"),
    ]
    #expect(runs.map(\.status) == [0, 3, 0])
    try Snapshot.check("check", runs)
  }

  @Test("says what is wrong with its arguments")
  func arguments() async throws {
    try add("libCheckedDriver.so")
    try cli.folder.write("- host: 1\n- action: fly\n", to: "calls.yaml")
    let runs = [
      try await cli.run("check"),
      try await cli.run("check <folder>/libCheckedDriver.so --only NOT-1 --only CALL-2"),
      try await cli.run("check <folder>/libCheckedDriver.so --list"),
      try await cli.run("check <folder>/libCheckedDriver.so --config <folder>/calls.yaml"),
      try await cli.run("check <folder>/nowhere.so --only file"),
      try await cli.run("check <folder> --only file"),
    ]
    #expect(runs.allSatisfy { $0.status == 2 || $0.status == 3 })
    try Snapshot.check("check-arguments", runs)
  }

  @Test("gives the same as one JSON document")
  func json() async throws {
    try add("libCheckedDriver.so", before: exported)
    let run = try await cli.run(
      "check <folder>/libCheckedDriver.so --only linking --only file --json"
    )
    #expect(run.status == 3)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    )
    #expect(object["version"] as? Int == 1)
    #expect(object["passed"] as? Bool == false)
    #expect((object["driver"] as? [String: Any])?["type"] as? String == "CHECKED")
    let tests = try #require(object["tests"] as? [[String: Any]])
    #expect(tests.compactMap { $0["outcome"] as? String } == ["passed", "failed"])
    #expect(tests.allSatisfy { ($0["seconds"] as? Double).map { $0 >= 0 } == true })
    let findings = try #require(tests.last?["findings"] as? [[String: Any]])
    #expect(findings.map { $0["rule"] as? String } == ["LIB-2"])
  }

  @Test("writes JUnit XML that a reader of XML takes, whatever is in the texts")
  func junit() async throws {
    try add("libCheckedDriver.so", before: exported, summary: "")
    let run = try await cli.run(
      "check <folder>/libCheckedDriver.so --only linking --only words --only SESS-6 --junit <folder>/check.xml"
    )
    #expect(run.status == 3)
    let counts = try await Command.check(
      "/usr/bin/env",
      [
        "python3", "-c",
        """
        import sys, xml.etree.ElementTree as tree
        suite = tree.parse(sys.argv[1]).getroot()
        print(suite.tag, suite.get("tests"), suite.get("failures"), suite.get("skipped"),
              [case.get("name") for case in suite], [case[0].tag for case in suite if len(case)])
        """, cli.folder.file("check.xml"),
      ]
    )
    #expect(
      counts.output
        == "testsuite 3 2 1 ['linking', 'words', 'sessions'] ['failure', 'failure', 'skipped']\n"
    )
  }

  @Test("lists every rule of the page with its tests, in words and as JSON")
  func list() async throws {
    let text = try await cli.run("check --list")
    let json = try await cli.run("check --list --json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    )
    let rules = try #require(object["rules"] as? [[String: Any]])
    // The ids as they stand in the tables of the page.
    let page = try String(contentsOfFile: ThisPackage.folder + "/Docs/ABI.md", encoding: .utf8)
    let ids = page.matches(of: /(?m)^\| ([A-Z]+-[0-9]+) \|/).map { String($0.1) }
    #expect(rules.compactMap { $0["id"] as? String } == ids)
    #expect(ids.count > 100)
    for id in ids {
      #expect(text.output.contains("\n\(id) ") || text.output.hasPrefix(id), "\(id)")
    }
  }
}
