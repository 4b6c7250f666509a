import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Files around a program", .requiresLogins, .requires(.sshd))
struct RunFilesTests {
  /// The folder of the user's own on the server.
  private let folder = "run-\(UInt32.random(in: 0 ... .max))"

  @Test("go there before it, and what it makes of them comes back")
  func both() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let here = try TemporaryFolder()
    let words = try here.write("b\na\n", to: "words.txt")
    let other = try here.write("12", to: "it's a name.bin")
    let result = try await host.run(
      "execute_script",
      [
        "script": """
        sort "in/words.txt" >sorted.txt
        cat "in/it's a name.bin" >both
        printf '\\377\\376' >>both
        """,
        "cwd": .string("~/\(folder)/."),
        "copy_files": [.string(words), .string(other)],
        "destination": "in",
        "output_files": ["sorted.txt", "both", .string("~/\(folder)/in/words.txt")],
      ],
      timeout: .seconds(60)
    )
    #expect(result["files"].mapValue?["sorted.txt"] == "a\nb\n")
    #expect(result["files"].mapValue?["both"] == Value.bytes([0x31, 0x32, 0xFF, 0xFE]))
    #expect(result["files"].mapValue?["~/\(folder)/in/words.txt"] == "b\na\n")
    #expect(result["retcode"] == 0)
    try await host.run("remove", ["path": .string(folder), "recursive": true])
  }

  @Test("belong to commands as well, and go to the user's home where nothing else is said")
  func commands() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let here = try TemporaryFolder()
    let file = try here.write("x", to: folder)
    let one = try await host.command(
      "cat \(folder); mv \(folder) \(folder).2",
      ["copy_files": [.string(file)], "output_files": [.string("\(folder).2")]]
    )
    #expect(one["stdout"] == "x" && one["files"] == [folder + ".2": "x"])
    let several = try await host.run(
      "run_commands",
      [
        "commands": [.string("cat \(folder)"), .string("rm \(folder) \(folder).2")],
        "copy_files": [.string(file)],
      ]
    )
    let results = try #require(several["results"].listValue).compactMap(\.mapValue)
    #expect(results.map { $0["retcode"] } == [0, 0])
  }

  @Test(
    "that are missing are told of, each where it was named, and the program's own failure counts more"
  )
  func missing() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let none = try await host.failure(
      "run_command",
      ["command": "echo ran", "copy_files": ["/no/file"]]
    )
    #expect(none.code == .notFound && none.pointer?.description == "/copy_files/0")
    #expect(none.outputs["stdout"] == nil, "the program ran")
    let folder = try await host.failure("run_command", ["command": "true", "copy_files": ["/tmp"]])
    #expect(folder.pointer?.description == "/copy_files/0" && folder.message.contains("put"))
    let absent = try await host.failure(
      "run_command",
      ["command": "echo ran", "output_files": ["/etc/hostname", "/no/file", "/etc"]]
    )
    #expect(absent.code == .notFound && absent.pointer?.description == "/output_files/1")
    #expect(absent.outputs["stdout"] == "ran\n")
    let files = try #require(absent.outputs["files"]?.mapValue)
    #expect(files["/etc/hostname"] != .null && files["/no/file"] == .null)
    let failed = try await host.failure(
      "run_command",
      ["command": "exit 3", "output_files": ["/no/file"]]
    )
    #expect(failed.code == .remoteFailure && failed.status == 3)
    #expect(failed.outputs["files"] == ["/no/file": .null])
    let long = try await host.failure(
      "run_command",
      ["command": "head -c 5000 /dev/zero >long", "output_files": ["long"], "max_output": 4096]
    )
    #expect(long.code == .tooLarge && long.message.contains("max_output"))
    try await host.command("rm long")
  }

  @Test("The system is told of")
  func system() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let result = try await host.run("system_info", timeout: .seconds(30))
    #expect(result["system"] == "Linux")
    #expect((result["cpus"].intValue ?? 0) > 0)
    let memory = try #require(result["memory"].mapValue)
    #expect((memory["total"]?.intValue ?? 0) > (memory["available"]?.intValue ?? .max))
    let disks = try #require(result["disks"].listValue).compactMap(\.mapValue)
    #expect(disks.contains { $0["mount"] == .string(SSHServer.smallDisk) })
  }
}
