import DriverHost
import Glibc
import Synchronization

/// Requests through the REST driver.
struct Requests: Sendable {
  private let host: Host
  private let url: String
  /// The authority of an https server, PEM.
  private let authority: String?

  init(_ host: Host, url: String) throws {
    self.host = host
    self.url = url
    authority = try getenv("BENCH_CA").map { try Requests.text(String(cString: $0)) }
  }

  private static func text(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw BenchError("\(path) cannot be opened") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// A number of GET requests of a JSON document, some of them at once; prints how many a second.
  func measure(_ inFlight: Int, _ total: Int, onLoop: Bool) async throws {
    // Loads the driver.
    _ = try await get()
    let left = Left(total)
    let (start, computed) = (now(), Process.computedMicroseconds())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<inFlight {
        group.addTask(executorPreference: onLoop ? host.loops[0] : nil) {
          while left.take() { _ = try await get() }
        }
      }
      try await group.waitForAll()
    }
    try report(
      rate: Double(total) / (Double(now() - start) / 1e9),
      computed: (Process.computedMicroseconds() - computed) / Double(total)
    )
  }

  private func get() async throws -> Value {
    var inputs: ValueMap = [
      "url": .string(url), "connect_timeout": 0, "read_timeout": 0, "total_timeout": 0,
    ]
    if let authority { inputs["tls"] = ["ca": .string(authority)] }
    // The document is looked at, as a user would.
    return try await host.connect(type: "REST", inputs)["json"].resolved
  }

  /// One large body from the server, to a file or to a function; prints the megabytes a second.
  func download(to path: String?) async throws {
    var options = CallOptions()
    let inputs: ValueMap = ["url": .string(url), "read_timeout": 0, "total_timeout": 0]
    let counted = Atomic<Int>(0)
    if let path {
      options.outputs["body"] = .file(path)
    } else {
      options.outputs["body"] = .bytes { bytes in counted.add(bytes.count, ordering: .relaxed) }
    }
    let start = now()
    _ = try await host.connect(type: "REST", inputs, options: options)
    let statistics = host.statistics.drivers["REST"]
    let bytes = Double(statistics?.bytesWritten ?? 0)
    try report(rate: bytes / 1e6 / (Double(now() - start) / 1e9))
  }

  /// One large body to the server, of a file or of a function; prints the megabytes a second.
  func upload(_ path: String?, bytes: Int) async throws {
    var options = CallOptions()
    var inputs: ValueMap = [
      "url": .string(url), "method": "put", "read_timeout": 0, "total_timeout": 0,
    ]
    if let path {
      inputs["body"] = ["file": .string(path)]
    } else {
      let left = Atomic<Int>(bytes)
      let block = [UInt8](repeating: 0x78, count: 256 << 10)
      options.sources["upload"] = .handler { _ in
        let before = left.subtract(block.count, ordering: .relaxed).oldValue
        return before >= block.count ? block : Array(block.prefix(max(0, before)))
      }
    }
    let start = now()
    _ = try await host.connect(type: "REST", inputs, options: options)
    let sent = Double(host.statistics.drivers["REST"]?.bytesRead ?? 0)
    try report(rate: sent / 1e6 / (Double(now() - start) / 1e9))
  }

  /// - Parameters:
  ///   - rate: How many in a second.
  ///   - computed: The microseconds of computing that each has taken.
  private func report(rate: Double, computed: Double? = nil) throws {
    let cpu = computed.map { ", \"cpu_us\": \($0)" } ?? ""
    print("{\"rate\": \(rate)\(cpu), \"failed\": 0, \"peak_kib\": \(Process.peakKiB)}")
  }
}
