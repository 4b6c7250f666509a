import Glibc
import Testing

@testable import SSHDriver

@Suite("Writing a file of known hosts")
struct KnownHostsFileTests: ~Copyable {
  private let hashes = SystemHashes()
  private let folder: String
  private var path: String { "\(folder)/known_hosts" }

  init() {
    var name = Array("/tmp/known-hosts-XXXXXX".utf8CString)
    folder =
      mkdtemp(&name) == nil
      ? "/nowhere" : String(decoding: name.dropLast().map(UInt8.init), as: UTF8.self)
  }

  deinit {
    for name in ["known_hosts", "known_hosts.lock", ".known_hosts.part", "link"] {
      unlink("\(folder)/\(name)")
    }
    rmdir(folder)
  }

  private func text() throws -> String {
    String(decoding: try #require(try KnownHostsFile(path).content()).bytes, as: UTF8.self)
  }

  private func mode() -> UInt32 {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  private func write(_ text: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    let bytes = Array(text.utf8)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  @Test("makes one that only its owner can read")
  func new() throws {
    let line = "a \(HostKeySamples.ed25519)"
    let place = try KnownHostsFile(path).append(line)
    #expect(place == KnownHosts.Place(source: path, line: 1))
    #expect(try text() == "\(line)\n")
    #expect(mode() == 0o600)
  }

  @Test("ends the last line, and keeps the mode and the link that leads there")
  func append() throws {
    try write("# first")
    chmod(path, 0o640)
    symlink("known_hosts", "\(folder)/link")
    let line = "a \(HostKeySamples.ed25519)"
    #expect(try KnownHostsFile("\(folder)/link").append(line).line == 2)
    #expect(try text() == "# first\n\(line)\n")
    #expect(mode() == 0o640)
    // What a process that was killed left behind does not matter.
    symlink("/nowhere", "\(folder)/.known_hosts.part")
    #expect(try KnownHostsFile(path).append(line).line == 3)
    #expect(access("\(folder)/.known_hosts.part", F_OK) != 0)
  }

  @Test("adds a host once, and no second key for it")
  func accept() throws {
    let file = KnownHostsFile(path)
    let address = HostAddress(host: "a", port: 22)
    let key = try HostKeySamples.key(HostKeySamples.ed25519)
    #expect(try file.accept(address, key: key, isHashed: true, hashes).line == 1)
    #expect(try file.accept(address, key: key, isHashed: false, hashes).line == 1)
    let other = try HostKeySamples.key(HostKeySamples.other)
    let fault = #expect(throws: HostKeyFault.self) {
      try file.accept(address, key: other, isHashed: false, hashes)
    }
    guard case .changed = fault else {
      Issue.record("it was \(String(describing: fault))")
      return
    }
    let odd = HostAddress(host: "a b", port: 22)
    #expect(throws: HostKeyFault.unusableHost(odd)) {
      try file.accept(odd, key: key, isHashed: true, hashes)
    }
  }

  @Test("sees what others wrote without a lock")
  func race() throws {
    try write("# first\n")
    var writer = try KnownHostsWriter(KnownHostsFile(path))
    _ = try writer.read()
    try write("# first\n# second\n")
    let line = "a \(HostKeySamples.ed25519)"
    #expect(try writer.append(line) == nil)
    _ = try writer.read()
    #expect(try writer.append(line)?.line == 3)
    #expect(try writer.append(line)?.line == 4)
  }

  @Test("loses no line of writers at the same time")
  func writers() async throws {
    let path = path
    let hashes = hashes
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<10 {
            let address = HostAddress(host: "h\(writer)-\(number)", port: 22)
            guard let key = try? HostKeySamples.key(HostKeySamples.ed25519) else { return }
            _ = try? KnownHostsFile(path).accept(address, key: key, isHashed: false, hashes)
          }
        }
      }
    }
    let hosts = try KnownHostsFile.read([path])
    #expect(hosts.entries.count == 40 && hosts.badLines.isEmpty)
  }

  @Test("names what is in the way")
  func faults() throws {
    let line = "a \(HostKeySamples.ed25519)"
    let missing = KnownHostsFile("\(folder)/.ssh/known_hosts")
    #expect(throws: KnownHostsFileFault.missingFolder("\(folder)/.ssh", path: missing.path)) {
      try missing.append(line)
    }
    for path in ["/dev/null", folder] {
      #expect(throws: KnownHostsFileFault.notAFile(path: path)) {
        try KnownHostsFile(path).append(line)
      }
    }
    for text in ["a\nb", "a", "x\n"] {
      #expect(throws: KnownHostsFileFault.unusableLine(path: path)) {
        try KnownHostsFile(path).append(text)
      }
    }
    #expect(throws: KnownHostsFileFault.notAFile(path: folder)) {
      try KnownHostsFile.read([folder])
    }
    let hosts = try KnownHostsFile.read([missing.path, "/dev/null"])
    #expect(hosts.missing == [missing.path] && hosts.sources == ["/dev/null"])
  }
}
