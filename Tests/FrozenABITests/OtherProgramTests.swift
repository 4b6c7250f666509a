import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("What else was written against revision 1", .requires(.gcc, .gxx, .clang))
struct OtherProgramTests {
  @Test("a driver in Swift without DriverKit runs")
  func swift() async throws {
    let host = try FrozenHost(await FrozenBuild.swiftDriver(), type: "FROZEN_SWIFT")
    let result = try await host.call("values", ["string": "abc", "integer": 21, "number": 2.5])
    #expect(result["string"] == "abc" && result["integer"] == 21 && result["number"] == 2.5)
    #expect(result["reversed"] == "cba" && result["doubled"] == 42 && result["halved"] == 1.25)
    let error = try #require(await host.failure("fail"))
    #expect(error.code == .remoteFailure && error.isRetryable && error.status == 503)
    #expect(error.retryAfter == .milliseconds(1500) && error.vendorCode == -7)
    let copied = try await host.call("copy") { options in
      options.sources["in"] = .bytes([1, 2, 3])
      options.outputs["out"] = .collect(limit: 10)
    }
    #expect(copied["bytes"] == 3 && copied["out"] == .bytes([1, 2, 3]))
    let late = await host.failure("wait", ["times": 1_000_000_000_000]) {
      $0.timeout = .milliseconds(20)
    }
    // The driver says of every stop that it was cancelled; the host knows better.
    #expect(late?.code == .timedOut || late?.code == .cancelled)
    #expect(host.misuses == 0)
  }

  @Test(
    "an engine in C runs with today's library",
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first"),
    arguments: FrozenBuild.all
  )
  func engine(build: FrozenBuild) async throws {
    let folder = try TemporaryFolder()
    let command = try await Command.run(
      build.engine(),
      [folder.path, build.driver("blocking")]
    )
    #expect(command.status == 0, "\(command.output)\(command.error)")
    #expect(command.output.hasSuffix(" checks, 0 failed\n"))
  }

  @Test(
    "a driver with an interface that this host does not know runs, and tells the cost to one that asks",
    arguments: FrozenBuild.all
  )
  func cost(build: FrozenBuild) async throws {
    let driver = try await build.driver("cost")
    let host = try FrozenHost(driver, type: "FROZEN_COST")
    #expect(try await host.call("send", ["text": "hello"])["paid"] == 15)
    #expect(host.misuses == 0)
    let knowing = try await build.program("cost_host")
    #expect(try await Command.run(knowing, [driver, "hello"]).output == "15\n")
    // And a driver that has no such interface, asked by a host that knows it.
    let plain = try await Command.run(knowing, [try await build.driver("blocking"), "hello"])
    #expect(plain.output == "it does not say\n" && plain.status == 0)
  }

  @Test("a driver that cannot do without such an interface is refused by its name, and not loaded")
  func needs() async throws {
    let folder = try TemporaryFolder()
    let descriptor = try String(contentsOfFile: FrozenBuild.folder + "/cost.json", encoding: .utf8)
      .replacing(#""execution":"#, with: #""needs": ["org.example.quota/1"], "execution":"#)
    try folder.write(descriptor, to: "needs.json")
    let path = folder.file("libFrozenNeedsDriver.so")
    try await Command.check(
      "gcc",
      [
        "-std=c11", "-shared", "-fPIC", "-fvisibility=hidden", "-I", FrozenBuild.folder,
        "-DDH_DESCRIPTOR=\"\(folder.file("needs.json"))\"", FrozenBuild.folder + "/cost.c", "-o",
        path,
      ]
    )
    let host = try FrozenHost(path, type: "FROZEN_COST")
    let error = try #require(await host.failure("send", ["text": "hello"]))
    #expect(error.stage == .driver && error.message.contains("org.example.quota/1"))
  }

  @Test(
    "drivers pass today's check",
    .slow,
    arguments: ["blocking", "nonblocking", "cost", "swift"]
  )
  func check(name: String) async throws {
    let path =
      switch name {
      case "blocking", "cost": try await FrozenBuild.gcc.driver(name)
      case "nonblocking": try await FrozenBuild.clang.driver(name)
      default: try await FrozenBuild.swiftDriver()
      }
    let command = try await Command.run(ThisPackage.products + "/drivers", ["check", path])
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }
}
