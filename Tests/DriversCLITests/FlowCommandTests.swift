import Foundation
import TestSupport
import Testing

/// With the flow scripts that the project began with.
@Suite(
  "Flow scripts",
  .requires(.python, .httpbin),
  .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
)
struct FlowCommandTests {
  private let workspace: WorkspaceFixture

  init() throws { workspace = try WorkspaceFixture() }

  /// Where Python finds flow_api and the library.
  private func environment() throws -> [String: String?] {
    [
      "DRIVERS_PYTHON": try Tool.python.required(),
      "PYTHONPATH": "\(ThisPackage.folder)/Bindings/python/src", "PYTHONDONTWRITEBYTECODE": "1",
      "DRIVERS_HOST_LIBRARY": "\(ThisPackage.products)/libdriverhost.so",
    ]
  }

  /// Runs one of the scripts.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - url: The server's address, which is filled in.
  /// - Returns: The run.
  /// - Throws: Why it could not be run.
  private func flow(_ name: String, url: String = "") async throws -> CLI.Run {
    let path = "\(ThisPackage.folder)/Bindings/python/tests/flows/\(name).py"
    let script = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("'url': ''", with: "'url': '\(url)'")
    try workspace.cli.folder.write(script, to: "\(name).py")
    return try await workspace.run("flow run <folder>/\(name).py", environment: environment())
  }

  private func connector(_ server: ChatServer) throws {
    try workspace.connector(
      "my_openai_connector",
      """
      connector_type: OPENAI
      value: {api_key: the-stored-key, base_url: "http://127.0.0.1:\(server.port)/v1"}
      """
    )
  }

  @Test("call a connector, and leave a record of it")
  func connector() async throws {
    var options = ChatServer.Options()
    options.key = "the-stored-key"
    try await ChatServer.run(options) { server in
      try connector(server)
      let run = try await flow("list_models")
      #expect(run.status == 0, "\(run)")
      #expect(try WorkspaceFixture.json(run)["message"] as? String == "all done")
      let list = try await workspace.run("executions list")
      #expect(list.output.contains("my_openai_connector") && list.output.contains("ENDED_SUCCESS"))
    }
  }

  @Test("override a stored input, which is what the server gets")
  func overrides() async throws {
    var options = ChatServer.Options()
    options.key = "anotherapikey"
    try await ChatServer.run(options) { server in
      try connector(server)
      #expect(try await flow("override_inputs").status == 0)
      let stored = try await flow("list_models")
      #expect(stored.status == 1)
      #expect(!(stored.output + stored.error).contains("the-stored-key"))
    }
  }

  @Test("define a connector on the fly, and do other things while it runs")
  func onTheFly() async throws {
    let server = try await HTTPBinServer.shared
    let run = try await flow("define_on_the_fly", url: "\(server.url)/post")
    #expect(run.status == 0, "\(run)")
  }

  @Test("say what is missing where Python has no flow_api")
  func missing() async throws {
    try workspace.cli.folder.write("", to: "flow.py")
    for (python, words) in [
      ("/usr/bin/python3", "has no usable package flow_api"), ("/nowhere", "cannot be run"),
    ] {
      let run = try await workspace.run(
        "flow run <folder>/flow.py",
        environment: ["DRIVERS_PYTHON": python, "PYTHONPATH": nil]
      )
      #expect(run.status == 3 && run.error.contains(words), "\(run)")
    }
  }
}
