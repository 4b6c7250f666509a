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
    "drivers pass today's check",
    .slow,
    arguments: ["blocking", "nonblocking", "swift"]
  )
  func check(name: String) async throws {
    let path =
      switch name {
      case "blocking": try await FrozenBuild.gcc.driver(name)
      case "nonblocking": try await FrozenBuild.clang.driver(name)
      default: try await FrozenBuild.swiftDriver()
      }
    let command = try await Command.run(ThisPackage.products + "/drivers", ["check", path])
    #expect(command.status == 0, "\(command.output)\(command.error)")
  }
}
