import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Files of a server without SFTP",
  .requiresLogins,
  .requires(.sshd),
  .timeLimit(.minutes(2))
)
struct SCPTests {
  private let folder: TemporaryFolder
  private let server: SSHServer
  private let files: ServerFiles
  private let host: SSHHost

  init() async throws {
    folder = try TemporaryFolder()
    server = try await SCPTests.server.value
    files = try ServerFiles(server)
    host = try SSHHost(server)
  }

  private static let server = Task {
    var options = SSHServer.Options()
    options.sftp = .none
    return try await SSHServer(options)
  }

  private func at(_ name: String) -> Value { .string(files.there(name)) }
  private func here(_ name: String) -> Value { .string(folder.file(name)) }

  @discardableResult
  private func run(
    _ action: String,
    _ inputs: ValueMap,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    try await host.run(action, inputs, timeout: .seconds(60), change)
  }

  private func failure(_ action: String, _ inputs: ValueMap) async throws -> HostError {
    try await host.failure(action, inputs, timeout: .seconds(60))
  }

  /// Bytes that do not repeat.
  private func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  private func noTemporaries() throws {
    #expect(try files.names().allSatisfy { !$0.contains(".dh-") })
    #expect(try folder.names().allSatisfy { !$0.contains(".dh-") })
  }

  @Test("come and go unchanged, with mode and time, whatever their names", .timeLimit(.minutes(3)))
  func roundTrip() async throws {
    let names = ["plain", "it's \"a\" name\nof $two `lines` \\n", "-rf", "größe *", "!x"]
    for name in names {
      try folder.write(bytes(name == "plain" ? 20 << 20 : 70_001), to: name)
      chmod(folder.file(name), 0o640)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
        ofItemAtPath: folder.file(name)
      )
      let put = try await run("put", ["local_path": here(name), "path": at(name)])
      #expect(put["transferred"] == 1 && put["path"] == at(name), "\(name)")
      #expect(try files.mode(name) == 0o640)
      let get = try await run("get", ["path": at(name), "local_path": here("back")])
      #expect(get["transferred"] == 1 && get["bytes"] == put["bytes"])
      #expect(
        FileManager.default.contentsEqual(atPath: folder.file(name), andPath: folder.file("back"))
      )
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("back"))
      #expect(attributes[.modificationDate] as? Date == Date(timeIntervalSince1970: 1_700_000_000))
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
    #expect(try files.names() == names.sorted())
    try noTemporaries()
  }

  @Test("in a path that begins in the home, or with a sign of an option, are found")
  func relative() async throws {
    let name = "-p \(UInt32.random(in: 0 ... .max))"
    try await run("put", ["content": "1", "path": .string(name)])
    #expect(try await run("get", ["path": .string(name)])["content"] == "1")
  }

  @Test("are taken from a call and handed over to it", .timeLimit(.minutes(3)))
  func content() async throws {
    let put = try await run("put", ["content": "größe\n", "path": at("text"), "mode": "0600"])
    #expect(put["bytes"] == 8)
    #expect(try files.mode("text") == 0o600)
    #expect(try await run("get", ["path": at("text")])["content"] == "größe\n")
    let empty = try await run("put", ["content": "", "path": at("empty")])
    #expect(empty["transferred"] == 1 && empty["bytes"] == 0)
    #expect(try await run("get", ["path": at("empty")])["content"] == "")
    let content = bytes(3 << 20)
    try await run("put", ["path": at("piped")]) { $0.sources["content"] = .bytes(content) }
    #expect(try files.read("piped") == content)
    try await run("put", ["path": at("open")]) { options in
      let pieces = Locked(Array(repeating: Array(content.prefix(700)), count: 2000))
      options.sources["content"] = .handler { _ in
        pieces.with { $0.isEmpty ? [] : $0.removeFirst() }
      }
    }
    #expect(try files.read("open").count == 1_400_000)
    let got = Locked<[UInt8]>([])
    let streamed = try await run("get", ["path": at("piped")]) { options in
      options.outputs["content"] = .bytes { bytes in got.with { $0 += bytes } }
    }
    #expect(got.with { $0 } == content && streamed["bytes"] == .int(Int64(content.count)))
    let long = try await failure("get", ["path": at("piped"), "max_content": 1000])
    #expect(long.code == .tooLarge)
    try noTemporaries()
  }

  @Test("come and go in trees, with names that are no text", .timeLimit(.minutes(3)))
  func trees() async throws {
    let names = (0..<40).map { "tree/\($0 % 4)/file \($0)" }
    for name in names { try folder.write(bytes(Int.random(in: 0..<9000)), to: name) }
    try folder.write("hidden", to: "tree/.hidden/.x")
    let odd: [CChar] =
      Array(folder.path.utf8CString.dropLast()) + "/tree/\u{1}\n'".utf8CString.dropLast()
      + [-1, -2, 0]
    Descriptor(open(odd, O_CREAT | O_WRONLY, 0o644)).write([7])
    let seen = Locked<[Value]>([])
    let put = try await run(
      "put",
      ["local_path": here("tree"), "path": at("a/tree"), "recursive": true, "parents": true]
    ) { options in
      options.outputs["files"] = .values { value in seen.with { $0.append(value) } }
    }
    #expect(put["transferred"] == 42 && put["created"] == 5 && put["failed"] == 0)
    #expect(seen.with { $0.count } == 47)
    let get = try await run(
      "get",
      ["path": at("a/tree"), "local_path": here("back"), "recursive": true]
    )
    #expect(get["transferred"] == 42 && get["bytes"] == put["bytes"])
    try await Command.check("/usr/bin/diff", ["-r", folder.file("tree"), folder.file("back")])
    let filtered = try await run(
      "get",
      ["path": at("a/tree"), "local_path": here("some"), "pattern": "3/*1*"]
    )
    let expected = names.filter { $0.hasPrefix("tree/3/") && $0.dropFirst(11).contains("1") }
    #expect(filtered["transferred"] == .int(Int64(expected.count)))
    let again = try await run(
      "put",
      ["local_path": here("tree"), "path": at("a/tree"), "recursive": true, "conflict": "skip"]
    )
    #expect(again["skipped"] == 42 && again["transferred"] == 0)
    try noTemporaries()
  }

  @Test("are replaced, left or refused where there is one already")
  func conflicts() async throws {
    try folder.write("new", to: "file")
    func inputs(_ policy: String) throws -> ValueMap {
      try files.write(Array("old".utf8), to: "file", mode: 0o604)
      return ["local_path": here("file"), "path": at("file"), "conflict": .string(policy)]
    }
    #expect(try await run("put", inputs("skip"))["skipped"] == 1)
    let error = try await failure("put", inputs("error"))
    #expect(error.code == .conflict && error.pointer?.description == "/conflict", "\(error)")
    #expect(error.outputs["failed"] == 1)
    #expect(try files.read("file") == Array("old".utf8))
    let renamed = try await run("put", inputs("rename"))
    #expect(renamed["path"] == at("file-1"))
    var kept = try inputs("overwrite")
    kept["preserve"] = false
    #expect(try await run("put", kept)["transferred"] == 1)
    #expect(try files.read("file") == Array("new".utf8) && files.mode("file") == 0o604)
    let free = try await run(
      "put",
      ["local_path": here("file"), "path": at("free"), "conflict": "error"]
    )
    #expect(free["transferred"] == 1)
    try files.folder("folder")
    let isFolder = try await failure("put", ["local_path": here("file"), "path": at("folder")])
    #expect(isFolder.code == .conflict, "\(isFolder)")
    let into = try await run("put", ["local_path": here("file"), "path": at("folder/")])
    #expect(into["path"] == at("folder/file"))
    try FileManager.default.createSymbolicLink(
      atPath: files.here("link"),
      withDestinationPath: "folder"
    )
    let link = try await failure("put", ["local_path": here("file"), "path": at("link")])
    #expect(link.message.contains("directory"), "\(link)")
    #expect(try files.names("folder") == ["file"])
    try noTemporaries()
  }

  @Test("that are missing, forbidden or directories fail as with SFTP")
  func faults() async throws {
    try files.folder("folder")
    try files.write([1], to: "secret")
    chown(files.here("secret"), 0, 0)
    chmod(files.here("secret"), 0o600)
    let missing = try await failure("get", ["path": at("none"), "local_path": here("x")])
    #expect(missing.code == .notFound && missing.message.contains("/none"), "\(missing)")
    let denied = try await failure("get", ["path": at("secret"), "local_path": here("x")])
    #expect(denied.code == .forbidden && denied.outputs["failed"] == 1, "\(denied)")
    let kind = try await failure("get", ["path": at("folder"), "local_path": here("x")])
    #expect(kind.pointer?.description == "/recursive", "\(kind)")
    let place = try await failure("put", ["content": "x", "path": at("none/x")])
    #expect(place.code == .notFound && !place.message.contains(".dh-"), "\(place)")
    let closed = try await failure("put", ["content": "x", "path": "/etc/not-for-you"])
    #expect(closed.code == .forbidden, "\(closed)")
    let full = SSHServer.smallDisk + "/big-\(UInt32.random(in: 0 ... .max))"
    try folder.write(bytes(3 << 20), to: "big")
    let disk = try await failure("put", ["local_path": here("big"), "path": .string(full)])
    #expect(disk.outputs["files"]?.listValue?.first?["code"] == "disk_full", "\(disk)")
    let left = try FileManager.default.contentsOfDirectory(
      atPath: server.path(SSHServer.smallDisk)
    )
    #expect(!left.contains { $0.contains("big-") })
    #expect(try folder.names() == ["big"])
    try noTemporaries()
  }

  @Test("can do less, and say so")
  func refused() async throws {
    for (name, value) in [("conflict", "resume"), ("conflict", "newer"), ("links", "copy")] {
      let inputs: ValueMap = [
        "path": at("x"), "local_path": here("x"), .init(name): .string(value),
      ]
      let error = try await failure("get", inputs)
      #expect(error.code == .unsupported && error.message.contains("SCP"), "\(error)")
      #expect(error.pointer?.description == "/\(name)", "\(error)")
    }
    let only = try await failure("get", ["path": at("x"), "protocol": "sftp"])
    #expect(only.code == .unsupported && only.message.contains("has no SFTP"), "\(only)")
    let list = try await failure("list", ["path": at("")])
    #expect(list.code == .unsupported, "\(list)")
  }

  @Test("go by SCP where that is asked for, though there is SFTP")
  func asked() async throws {
    let server = try await SSHServer.shared
    let host = try SSHHost(server)
    let files = try ServerFiles(server)
    let path = Value.string(files.there("x"))
    try await host.run("put", ["content": "1", "path": path, "protocol": "scp"])
    let got = try await host.run("get", ["path": path, "protocol": "scp"], timeout: .seconds(30))
    #expect(got["content"] == "1")
    #expect(!server.log.contains("subsystem request for sftp by user tester failed"))
    let error = try await host.failure(
      "get",
      ["path": path, "protocol": "scp", "conflict": "resume"],
      timeout: .seconds(30)
    )
    #expect(error.code == .unsupported)
  }

  @Test("go by SCP where the program of SFTP is not there")
  func noProgram() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.extra = "Subsystem sftp /no/such/program"
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      try await host.run("put", ["content": "1", "path": "x"], timeout: .seconds(30))
      let got = try await host.run("get", ["path": "x"], timeout: .seconds(30))
      #expect(got["content"] == "1")
      let tries = server.log.split(separator: "\n").filter { $0.contains("subsystem sftp") }
      #expect(tries.count <= 1, "\(tries)")
    }
  }

  @Test("go one by one where the server has one channel, and with another shell")
  func oneChannel() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.maxSessions = 1
    try await withSSHServer(options) { server in
      let host = try SSHHost(server, SSHHost.password(.dasher))
      for number in 0..<12 {
        try folder.write("\(number)", to: "tree/\(number % 3)/it's \(number)")
      }
      for (action, name) in [("put", "tree"), ("get", "back")] {
        let done = try await host.run(
          action,
          ["local_path": here(name), "path": "tree", "recursive": true],
          timeout: .seconds(60)
        )
        #expect(done["transferred"] == 12)
      }
      try await Command.check("/usr/bin/diff", ["-r", folder.file("tree"), folder.file("back")])
      #expect(await host.host.close().isClean)
    }
  }

  @Test("may come from slow sources and go to slow readers: the server is not to blame", .slow)
  func slowSides() async throws {
    let count = Locked(0)
    let put = try await run("put", ["path": at("slow"), "answer_timeout": 4]) { options in
      options.sources["content"] = .handler { _ in
        let number = count.with { value in
          value += 1
          return value
        }
        if number == 3 { sleep(6) }
        return number < 10 ? [UInt8](repeating: 1, count: 300_000) : []
      }
    }
    #expect(put["bytes"] == 2_700_000)
    try files.write([UInt8](repeating: 1, count: 50_000_000), to: "big")
    let got = Locked(0)
    try await run("get", ["path": at("big"), "answer_timeout": 4]) { options in
      options.outputs["content"] = .bytes { bytes in
        let isFirst = got.with { value in
          defer { value += bytes.count }
          return value == 0
        }
        if isFirst { sleep(6) }
      }
    }
    #expect(got.with { $0 } == 50_000_000)
  }

  @Test("go through dropbear too", .requires(.dropbear))
  func dropbear() async throws {
    let server = try await DropbearServer.shared
    let host = try SSHHost(server)
    let path = "/home/tester/scp-\(UInt32.random(in: 0 ... .max))"
    let content = bytes(300_000)
    try folder.write(content, to: "file")
    try await host.run(
      "put",
      ["local_path": here("file"), "path": .string(path), "protocol": "scp"],
      timeout: .seconds(60)
    )
    try await host.run(
      "get",
      ["local_path": here("back"), "path": .string(path), "protocol": "scp"],
      timeout: .seconds(60)
    )
    #expect(try folder.read("back") == content)
  }

  @Test("that are cancelled leave nothing on either side")
  func cancelled() async throws {
    let path = folder.file("big")
    Descriptor(open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644)).write(bytes(1 << 16))
    #expect(truncate(path, 4 << 30) == 0)
    let begun = Locked(false)
    let put = Task {
      try await host.run("put", ["local_path": here("big"), "path": at("big")]) { options in
        options.onProgress = { _ in begun.with { $0 = true } }
      }
    }
    try await eventually("bytes moved") { begun.with { $0 } }
    try await eventually("a file is there") { try files.names().count == 1 }
    put.cancel()
    await #expect(throws: HostError.self) { try await put.value }
    #expect(try files.names().isEmpty)
    let source = files.here("source")
    Descriptor(open(source, O_CREAT | O_WRONLY | O_TRUNC, 0o644)).write([1])
    #expect(truncate(source, 4 << 30) == 0)
    begun.with { $0 = false }
    let get = Task {
      try await host.run("get", ["path": at("source"), "local_path": here("target")]) { options in
        options.onProgress = { _ in begun.with { $0 = true } }
      }
    }
    try await eventually("bytes moved") { begun.with { $0 } }
    get.cancel()
    await #expect(throws: HostError.self) { try await get.value }
    #expect(try folder.names() == ["big"])
    try await eventually("no scp is left") {
      try !server.processes().contains { $0.command.contains(files.path) }
    }
  }

  @Test("that lose their connection leave nothing on the server")
  func lost() async throws {
    let path = folder.file("big")
    Descriptor(open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644)).write([1])
    #expect(truncate(path, 4 << 30) == 0)
    let proxy = try TCPProxy(to: server.port)
    var address = host.address
    address["port"] = .int(Int64(proxy.port))
    address["hostkey"] = ["hostkey_method": "off"]
    let away = try SSHHost(address)
    let put = Task { try await away.run("put", ["local_path": here("big"), "path": at("big")]) }
    try await eventually("a file is there") { try files.names().count == 1 }
    proxy.cut()
    let error = await #expect(throws: HostError.self) { try await put.value }
    #expect(error?.code == .unavailable, "\(error!)")
    try await eventually("the server has removed it") { try files.names().isEmpty }
  }
}
