import DriverABI
import Glibc

/// Asks a driver's entry what no host would ask, to find out whether it keeps the rules.
///
/// For a process of its own: a driver that is broken takes it along.
package enum EntryProbe {
  /// Ids that nobody has.
  private static let unknown = ["", "dh", "dh.driver/0", "dh.driver/999", "dh.unheard-of/1"]

  /// Maps the driver, asks it, and says which rules it breaks.
  ///
  /// - Parameters:
  ///   - driver: A driver of the catalog.
  ///   - log: Takes what it logs.
  ///   - willRun: Told before code of the driver runs, in words.
  /// - Throws: `HostError` of stage `.driver` where it cannot be loaded at all.
  /// - Returns: What it breaks.
  package static func faults(
    of driver: CatalogDriver,
    log: @escaping @Sendable (LogEntry) -> Void,
    willRun: (String) -> Void
  ) throws(HostError) -> [DriverInspection.RuleFault] {
    let runtime = try DriverProbe.runtime(for: driver.descriptor, log: log)
    let host = unsafe runtime.hostTable
    willRun("while it was loaded, before its entry was called")
    let mapped = try MappedDriver(driver)
    var faults: [DriverInspection.RuleFault] = []
    willRun("in its entry")
    for id in unknown where unsafe mapped.answer(host: host, id) != nil {
      faults.append(
        .init("ENTRY-2", "its entry answers \"\(id)\", which it cannot know: compare the whole id")
      )
    }
    for id in driver.descriptor.abi {
      guard let table = unsafe mapped.answer(host: host, id) else {
        faults.append(
          .init(
            "DESC-7",
            "its entry answers nothing to \(id), which its descriptor names under \"abi\""
          )
        )
        continue
      }
      willRun("in its entry, asked from several threads")
      if unsafe !isStable(mapped, host, id, UInt(bitPattern: table)) {
        faults.append(
          .init("ENTRY-3", "its entry answers another table to \(id) each time: keep one for ever")
        )
      }
    }
    willRun("in its entry")
    _ = unsafe try mapped.load(host: host)
    return faults
  }

  /// Whether several threads get the same answer again and again.
  private static func isStable(
    _ mapped: MappedDriver,
    _ host: UnsafePointer<dh_host_v1>,
    _ id: String,
    _ table: UInt
  ) -> Bool {
    let isSame = Lock(true)
    let monitor = Monitor()
    let running = Lock(4)
    let address = UInt(bitPattern: host)
    for _ in 0..<4 {
      let body: @Sendable () -> Void = {
        if let host = unsafe UnsafePointer<dh_host_v1>(bitPattern: address) {
          for _ in 0..<1000
          where UInt(bitPattern: unsafe mapped.answer(host: host, id)) != table {
            isSame.withLock { $0 = false }
          }
        }
        monitor.lock()
        running.withLock { $0 -= 1 }
        monitor.broadcast()
        monitor.unlock()
      }
      if (try? Thread.start(name: "entry", body)) == nil { body() }
    }
    monitor.lock()
    while running.withLock({ $0 }) > 0 { monitor.wait() }
    monitor.unlock()
    return isSame.withLock { $0 }
  }
}
