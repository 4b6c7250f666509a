internal import CLinux
internal import DriverHost
internal import Glibc

/// What belongs to the whole process, and is no driver's to change.
struct ProcessState: Sendable {
  private var folder: String
  private var environment: [String]
  private var locale: String
  /// The handlers of all signals, as numbers.
  private var handlers: [UInt]
  private var mask: mode_t
  /// Descriptors, with what they lead to.
  private(set) var descriptors: [Int32: String]

  /// As it is now.
  init() {
    folder = ProcessState.link("/proc/self/cwd")
    environment = ProcessState.environment()
    locale = unsafe setlocale(LC_ALL, nil).map { unsafe String(cString: $0) } ?? ""
    handlers = (1..<65).map { signal in
      var action = Glibc.sigaction()
      guard unsafe sigaction(Int32(signal), nil, &action) == 0 else { return 0 }
      return unsafe withUnsafeBytes(of: &action.__sigaction_handler) {
        unsafe $0.loadUnaligned(as: UInt.self)
      }
    }
    mask = umask(0)
    umask(mask)
    descriptors = [:]
    for name in ProcessState.names(in: "/proc/self/fd") {
      guard let number = Int32(name), fcntl(number, F_GETFD) >= 0 else { continue }
      descriptors[number] = ProcessState.link("/proc/self/fd/\(name)")
    }
  }

  /// The rules that were broken between two states.
  func findings(since before: ProcessState) -> [CheckFinding] {
    var findings: [CheckFinding] = []
    if folder != before.folder {
      findings.append(CheckFinding("PROC-3", "it changed the current folder to \(folder)"))
    }
    if environment != before.environment {
      let changed =
        Set(environment).symmetricDifference(before.environment)
        .compactMap { $0.split(separator: "=").first }.sorted().first ?? ""
      findings.append(CheckFinding("PROC-3", "it changed the environment: \(changed)"))
    }
    if locale != before.locale {
      findings.append(CheckFinding("PROC-3", "it changed the locale to \(locale)"))
    }
    if mask != before.mask {
      findings.append(CheckFinding("PROC-3", "it changed the umask"))
    }
    for (index, pair) in zip(handlers, before.handlers).enumerated() where pair.0 != pair.1 {
      findings.append(
        CheckFinding(
          "PROC-1",
          "it changed what happens at the signal \(SignalNames.name(Int32(index + 1)))"
        )
      )
    }
    return findings
  }

  /// Threads of the host's, or made by one of them, that are there now.
  static func hostThreads() -> [String] {
    names(in: "/proc/self/task").map { text(of: "/proc/self/task/\($0)/comm") }
      .filter { $0.hasPrefix("dh-") }
  }

  /// Processes that were forked off this one and did not become another program.
  static func forkFindings() -> [CheckFinding] {
    let own = link("/proc/self/exe")
    let children = names(in: "/proc/self/task").flatMap { thread in
      text(of: "/proc/self/task/\(thread)/children").split(separator: " ")
    }
    let copies = children.filter { link("/proc/\($0)/exe") == own }
    guard !copies.isEmpty else { return [] }
    return [
      CheckFinding(
        "PROC-2",
        "it has forked \(copies.count) processes that go on as copies of this one: use posix_spawn"
      )
    ]
  }

  /// Threads that are not those of a pool of the language's runtime, which names them and makes them when it likes.
  static func plainThreads() -> [String] {
    names(in: "/proc/self/task").map { text(of: "/proc/self/task/\($0)/comm") }
      .filter { !$0.contains("-qos") && !$0.contains("dispatch") }
  }

  /// How many threads there are.
  static func threadCount() -> Int { names(in: "/proc/self/task").count }

  /// The bytes that malloc(3) has handed out and not got back.
  static func heapSize() -> Int {
    let info = mallinfo2()
    return Int(info.uordblks) + Int(info.hblkhd)
  }

  // MARK: - Reading

  private static func environment() -> [String] {
    var settings: [String] = []
    var own = unsafe environ
    while let setting = unsafe own.pointee {
      settings.append(unsafe String(cString: setting))
      unsafe own += 1
    }
    return settings
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func link(_ path: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  private static func text(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
