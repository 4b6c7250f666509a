import Glibc
import Synchronization

/// The time of a monotonic clock, in nanoseconds.
func now() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// How long something takes: the median of several rounds, each the mean of many runs.
struct Timing {
  var nanoseconds: Double

  /// - Parameters:
  ///   - rounds: How many rounds.
  ///   - runs: How often `body` runs in each.
  ///   - body: What is measured.
  static func of(
    rounds: Int = 15,
    runs: Int,
    _ body: () async throws -> Void
  ) async rethrows -> Timing {
    var means: [Double] = []
    for _ in 0..<rounds {
      let start = now()
      for _ in 0..<runs { try await body() }
      means.append(Double(now() - start) / Double(runs))
    }
    return Timing(nanoseconds: means.sorted()[rounds / 2])
  }
}

/// Counts down the calls that are still to be made.
final class Left: Sendable {
  private let count: Atomic<Int>

  init(_ count: Int) { self.count = Atomic(count) }

  func take() -> Bool { count.subtract(1, ordering: .relaxed).newValue >= 0 }
}

/// What the kernel counts of this process.
enum Process {
  /// What it has computed so far, also in the system.
  static func computedMicroseconds() -> Double {
    let usage = usage()
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }

  /// The most memory that it had resident.
  ///
  /// `getrusage` also counts what the process was before it became this program.
  static var peakKiB: Int { status("VmHWM:") }

  /// The memory that it has resident.
  static var residentKiB: Int { status("VmRSS:") }

  /// How many descriptors it has open.
  static func descriptors() throws -> Int {
    guard let folder = opendir("/proc/self/fd") else {
      throw BenchError("/proc/self/fd cannot be opened")
    }
    defer { closedir(folder) }
    // Without "." and "..", and the folder's own.
    var count = -3
    while readdir(folder) != nil { count += 1 }
    return count
  }

  /// Lets it have as many descriptors as it may.
  static func raiseDescriptors() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func status(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      let text = String(decoding: bytes, as: UTF8.self)
      if text.hasPrefix(name) { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
  }

  private static func usage() -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }
}
