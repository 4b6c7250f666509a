import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "A server whose scp is not to be trusted",
  .requiresLogins,
  .requires(.sshd),
  .timeLimit(.minutes(2)),
  .serialized
)
struct HostileSCPTests {
  private let folder: TemporaryFolder

  init() async throws { folder = try TemporaryFolder() }

  /// Runs `body` with a server on which `scp` is a script.
  private func with(
    scp script: String,
    force: String? = nil,
    _ body: (SSHHost, ServerFiles) async throws -> Void
  ) async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.extra = "SetEnv PATH=/home/tester/bin:/usr/bin:/bin"
    if force != nil { options.forceCommand = "/home/tester/bin/force" }
    try await withSSHServer(options) { server in
      let programs = server.path("/home/tester/bin")
      try FileManager.default.createDirectory(
        atPath: programs,
        withIntermediateDirectories: false
      )
      let functions = "#!/bin/sh\nr() { dd bs=1 count=1 >/dev/null 2>&1; }\n"
      for (name, text) in [("scp", script), ("force", force ?? "")] {
        let path = programs + "/" + name
        try Data((functions + text).utf8).write(to: URL(filePath: path))
        chmod(path, 0o755)
      }
      try await body(try SSHHost(server), try ServerFiles(server))
    }
  }

  @Test("does not choose the name of a file, whatever it calls it")
  func name() async throws {
    let script = #"r; printf 'C0644 4 ../../evil\n'; r; printf 'data\0'; r"#
    try await with(scp: script) { host, files in
      try files.write([1], to: "x")
      let got = try await host.run(
        "get",
        ["path": .string(files.there("x")), "local_path": .string(folder.file("mine"))],
        timeout: .seconds(30)
      )
      #expect(got["bytes"] == 4)
      #expect(try folder.names() == ["mine"] && folder.text("mine") == "data")
    }
  }

  @Test(
    "leaves nothing here when it sends something else",
    arguments: [
      #"r; printf 'C0644 1 x\na\0'; r; printf 'C0644 1 y\nb\0'; r"#,
      #"r; printf 'D0755 0 ..\nC0644 1 x\na\0E\n'; cat >/dev/null"#,
      #"printf 'Welcome to this server!\n'; cat >/dev/null"#,
      #"r; printf 'C0644 100 x\n'; r; printf 'short'"#,
      #"r; printf 'C0644 1 x\n'; r; printf 'a\001scp: x: Input/output error\n'; r"#,
      #"r; head -c 100000 /dev/zero | tr '\0' C; cat >/dev/null"#,
    ]
  )
  func garbage(script: String) async throws {
    try await with(scp: script) { host, files in
      try files.write([1], to: "x")
      let path = Value.string(files.there("x"))
      let error = try await host.failure(
        "get",
        ["path": path, "local_path": .string(folder.file("mine"))],
        timeout: .seconds(30)
      )
      #expect(error.message.contains("127.0.0.1"), "\(error)")
      #expect(try folder.names().isEmpty)
      let content = try await host.failure("get", ["path": path], timeout: .seconds(30))
      #expect(content.outputs["content"] == nil, "\(content)")
    }
  }

  @Test("names nothing outside of the directory that was asked for")
  func names() async throws {
    let force = #"""
      case $SSH_ORIGINAL_COMMAND in
      *"for f in"*) printf 'f../evil\0f/etc/evil\0f..\0f\0dsub/../..\0fgood\0' ;;
      *) eval "$SSH_ORIGINAL_COMMAND" ;;
      esac
      """#
    try await with(scp: #"exec /usr/bin/scp "$@""#, force: force) { host, files in
      try files.folder("tree")
      try files.write([7], to: "tree/good")
      try files.write([8], to: "evil")
      let error = try await host.failure(
        "get",
        [
          "path": .string(files.there("tree")), "local_path": .string(folder.file("a/b")),
          "recursive": true, "parents": true,
        ],
        timeout: .seconds(30)
      )
      #expect(error.outputs["transferred"] == 1, "\(error)")
      #expect(try folder.names() == ["a"])
      let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      #expect(all.sorted() == ["a", "a/b", "a/b/good"])
    }
  }

  @Test("is believed nothing that it has not written")
  func put() async throws {
    let scripts = [
      (#"printf '\0'; r; exit 0"#, "not all there"),
      (
        #"printf '\0'; read -r l; printf '\0'; head -c 2 >/dev/null; printf '\0'"#,
        "not all there"
      ),
      (#"printf '\002go away\n'; exit 1"#, "go away"),
      (#"echo 'scp: not found' >&2; exit 127"#, "has no scp"),
    ]
    for (script, text) in scripts {
      try await with(scp: script) { host, files in
        let error = try await host.failure(
          "put",
          ["content": "x", "path": .string(files.there("x"))],
          timeout: .seconds(30)
        )
        let isTold = text.split(separator: "|").contains { error.message.contains($0) }
        #expect(isTold, "\(error)")
        #expect(try files.names().isEmpty)
      }
    }
  }

  @Test("that is silent ends the call by answer_timeout")
  func silent() async throws {
    try await with(scp: "exec sleep 30") { host, files in
      try files.write([1], to: "x")
      let path = Value.string(files.there("x"))
      for action in ["get", "put"] {
        var inputs: ValueMap = ["path": path, "answer_timeout": 0.5]
        if action == "put" { inputs["content"] = "new" }
        let error = try await host.failure(action, inputs, timeout: .seconds(30))
        #expect(error.code == .timedOut, "\(error)")
        #expect(error.pointer?.description == "/answer_timeout", "\(error)")
      }
      #expect(try files.names() == ["x"] && files.read("x") == [1])
    }
  }
}
