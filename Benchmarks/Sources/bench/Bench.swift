import DriverHost
import Glibc

/// What is measured of the host: `bench DRIVER-PATH WORKLOAD …`, one line of JSON on standard output.
///
/// Scripts/bench runs it beside its peers; see Benchmarks/README.md.
@main
struct Bench {
  nonisolated static func main() async throws {
    var arguments = CommandLine.arguments.dropFirst()
    guard let path = arguments.popFirst(), let workload = arguments.popFirst() else {
      throw BenchError("usage: bench DRIVER-PATH WORKLOAD …")
    }
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath.standard(
      driverPaths: path.split(separator: ":").map(String.init)
    )
    configuration.logLevel = .warning
    configuration.log = { entry in
      let line = Array("\(entry.message)\n".utf8)
      write(STDERR_FILENO, line, line.count)
    }
    if workload == "ssh" {
      // All sessions are kept, however many a workload makes.
      configuration.sessions.maximum = 100_000
      configuration.sessions.idleTime = .seconds(3600)
    }
    let host = try Host(configuration)
    switch workload {
    case "calls": try await Calls(host).measure()
    case "pipeline":
      guard let folder = arguments.popFirst() else {
        throw BenchError("usage: bench DRIVER-PATH pipeline FOLDER")
      }
      try await Pipeline.measure(in: folder, configuration.searchPath)
    case "memory": try await Calls(host).measureMemory(10_000)
    case "repeat":
      guard let which = arguments.popFirst(), let count = arguments.popFirst().flatMap(Int.init) else {
        throw BenchError("usage: bench DRIVER-PATH repeat dispatch|connect COUNT")
      }
      try await Calls(host).repeatCall(which, count)
    case "get", "get-from-pool":
      guard let url = arguments.popFirst(), let inFlight = arguments.popFirst().flatMap(Int.init),
        let total = arguments.popFirst().flatMap(Int.init)
      else { throw BenchError("usage: bench DRIVER-PATH get URL IN-FLIGHT TOTAL") }
      let requests = try Requests(host, url: url)
      try await requests.measure(inFlight, total, onLoop: workload == "get")
    case "download":
      guard let url = arguments.popFirst() else {
        throw BenchError("usage: bench DRIVER-PATH download URL [FILE]")
      }
      try await Requests(host, url: url).download(to: arguments.popFirst())
    case "upload":
      guard let url = arguments.popFirst(), let what = arguments.popFirst() else {
        throw BenchError("usage: bench DRIVER-PATH upload URL FILE | upload URL BYTES function")
      }
      let isMade = arguments.popFirst() == "function"
      try await Requests(host, url: url).upload(isMade ? nil : what, bytes: Int(what) ?? 0)
    case "odbc":
      guard let work = arguments.popFirst(), let connection = arguments.popFirst() else {
        throw BenchError("usage: bench DRIVER-PATH odbc read|insert CONNECTION …")
      }
      try await Databases(host, connection: connection).run(work, arguments)
    case "ssh":
      guard arguments.count > 4 else {
        throw BenchError("usage: bench DRIVER-PATH ssh PORT USER KEY-FILE KNOWN-HOSTS WORKLOAD …")
      }
      let remote = try RemoteHost(host, arguments.prefix(4))
      try await remote.run(arguments[arguments.startIndex + 4], arguments.dropFirst(5))
    default: throw BenchError("there is no workload \(workload)")
    }
    await host.close()
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
