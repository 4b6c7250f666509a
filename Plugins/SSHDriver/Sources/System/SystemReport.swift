/// What a host tells of itself, from the lines that ``SystemProgram`` prints.
struct SystemReport: Hashable, Sendable {
  /// A file system.
  struct Disk: Hashable, Sendable {
    /// What it is on, such as `/dev/sda1`.
    let device: String
    /// Where it is.
    let mount: String
    /// In bytes.
    let size: Int64
    /// In bytes.
    let used: Int64
    /// What users may still write, in bytes.
    let available: Int64

    /// Reads a line of `df -Pk` (POSIX); nil: it is none of a file system that has room for anything.
    init?(_ line: String) {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      // Names may have blanks in them: the numbers are where a share in percent is behind three of them.
      guard
        let place = words.indices.first(where: { $0 >= 4 && Disk.isShare(words[$0]) }),
        place + 1 < words.count, let blocks = Int64(words[place - 3]),
        let usedBlocks = Int64(words[place - 2]), let freeBlocks = Int64(words[place - 1]),
        blocks > 0, blocks < Int64.max / 1024
      else { return nil }
      device = words[..<(place - 3)].joined(separator: " ")
      mount = words[(place + 1)...].joined(separator: " ")
      (size, used) = (blocks * 1024, SystemReport.bytes(usedBlocks))
      available = SystemReport.bytes(freeBlocks)
    }

    private static func isShare(_ word: Substring) -> Bool {
      word.last == "%" && word.dropLast().allSatisfy(\.isNumber) || word == "-"
    }
  }

  /// Its texts, such as `hostname`, by name.
  private(set) var texts: [String: String] = [:]
  /// How many processors are in use.
  private(set) var processors: Int64?
  /// Its memory, in bytes, by what it is: `total`, `available`, `swap_total`, `swap_free`.
  private(set) var memory: [String: Int64] = [:]
  /// For how long it has been running, in seconds.
  private(set) var uptime: Double?
  /// How many programs wanted to run, over 1, 5 and 15 minutes.
  private(set) var load: [Double] = []
  private(set) var disks: [Disk] = []

  private static let textNames = [
    "os", "os_id", "os_version", "system", "kernel", "architecture", "hostname", "cpu_model",
  ]
  private static let memoryNames = [
    "MemTotal": "total", "MemAvailable": "available", "SwapTotal": "swap_total",
    "SwapFree": "swap_free",
  ]

  /// Reads what the program printed; lines that it does not know are left alone.
  init(_ output: String) {
    var (boot, now): (Double?, Double?) = (nil, nil)
    for line in output.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let (name, value) = (String(parts[0]), String(parts[1]))
      switch name {
      case "cpus": processors = Int64(value)
      case "memory_bytes": memory["total"] = Int64(value)
      case "uptime": uptime = Double(value)
      // `{ sec = 1700000000, usec = 0 } …`, or the number alone.
      case "boot": boot = SystemReport.numbers(value).first
      case "now": now = Double(value)
      case "load": load = Array(SystemReport.numbers(value).prefix(3))
      case "disk": if let disk = Disk(value) { disks.append(disk) }
      default:
        if SystemReport.textNames.contains(name) {
          texts[name] = value
        } else if let known = SystemReport.memoryNames[name], let count = Int64(value) {
          memory[known] = SystemReport.bytes(count)
        }
      }
    }
    if let boot, let now, now >= boot { uptime = now - boot }
  }

  private static func numbers(_ text: String) -> [Double] {
    text.split { !$0.isNumber && $0 != "." }.compactMap { Double($0) }
  }

  /// The bytes of so many kibibytes.
  private static func bytes(_ count: Int64) -> Int64 {
    let (bytes, overflows) = count.multipliedReportingOverflow(by: 1024)
    return overflows ? .max : bytes
  }
}
