import ArgumentParser
import DriverCheck
import DriverHost
import Glibc

/// What `drivers doctor` runs in a process of its own for each driver: everything that may crash.
///
/// It reports on a descriptor, one JSON document a line: {"step"}, {"level", "log"}, {"fault"}.
struct DoctorProbe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor-probe",
    abstract: "Load one driver.",
    shouldDisplay: false
  )

  @Argument var path: String

  func run() {
    // A crash is to be expected here, and nobody wants its memory on a disk.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    let catalog = Catalog(searchPath: SearchPath(entries: [.init(path: path, origin: .option)]))
    do throws(HostError) {
      guard let driver = catalog.drivers.first else {
        throw HostError(
          .notFound,
          stage: .driver,
          catalog.rejected.first?.reason ?? "it is not there any longer"
        )
      }
      try DriverProbe.run(
        driver,
        log: { entry in
          DoctorProbe.report([
            "level": .int(Int64(entry.level.rawValue)), "log": .string(entry.message),
          ])
        },
        willRun: { DoctorProbe.report(["step": .string($0.rawValue)]) }
      )
    } catch {
      // Each is a finding of its own.
      let texts = error.faults.map { "its descriptor is at fault: \($0)" }
      for text in texts.isEmpty ? [error.message] : texts {
        DoctorProbe.report(["fault": .string(text)])
      }
    }
    // What the driver registered for the end of the process runs now, which other commands leave
    // out: other programs end that way.
    DoctorProbe.report(["step": "exit"])
    Glibc.exit(0)
  }

  /// One write a line: a crash that follows does not cut it.
  private static func report(_ object: Value) {
    let line = Array((JSON.text(object, pretty: false) + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { buffer in
      unsafe write(ChildProcess.reportDescriptor, buffer.baseAddress, buffer.count)
    }
  }
}
