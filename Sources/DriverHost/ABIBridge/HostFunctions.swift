import DriverABI

/// The host as a driver sees it.
enum HostFunctions {
  /// Text that lives as long as the process, as C has it.
  private static let name: StaticString = "driver-host"

  static func table(for driver: DriverRuntime) -> dh_host_v1 {
    unsafe dh_host_v1(
      name: text(name),
      version: text(Version.product),
      log: { host, level, text in
        guard let driver = unsafe DriverTables.driver(of: host) else { return }
        let level = LogLevel(number: level)
        unsafe driver.probing?.note(text, in: "a line of its log")
        guard driver.isLogged(level) else { return }
        unsafe driver.log(
          level,
          driver.maskingSecretsInFlight(ValueReader.repairedText(text)),
          execution: nil
        )
      },
      once: { host, key, initialize, context in
        guard let driver = unsafe DriverTables.driver(of: host) else { return DH_INVALID }
        guard unsafe ABIReading.isGiven(key), unsafe ABIReading.isGiven(function: initialize) else {
          driver.reportMisuse("MEM-4", "the key or the init of `once` is NULL")
          return DH_INVALID
        }
        return unsafe Once.run(String(cString: key), for: driver) { unsafe initialize(context) }
      },
      interface: { host, id in
        // The address of a copied table is nobody's.
        guard let driver = unsafe DriverTables.driver(of: host) else { return nil }
        guard unsafe ABIReading.isGiven(id) else {
          driver.reportMisuse("MEM-4", "the id of `interface` is NULL")
          return nil
        }
        let id = unsafe String(cString: id)
        let offered = driver.probing?.value.interfaces
        return switch id {
        case _ where offered?.contains(id) == false: nil
        case DH_REACTOR_V1: unsafe UnsafeRawPointer(ReactorFunctions.table)
        case DH_RESOLVE_V1: unsafe UnsafeRawPointer(ResolveFunctions.table)
        default: nil
        }
      }
    )
  }

  /// The interface ids that `interface` answers.
  static let interfaces = [DH_REACTOR_V1, DH_RESOLVE_V1]

  private static func text(_ string: StaticString) -> dh_text_v1 {
    unsafe string.utf8Start.withMemoryRebound(to: CChar.self, capacity: string.utf8CodeUnitCount) {
      unsafe dh_text_v1(ptr: $0, len: string.utf8CodeUnitCount)
    }
  }
}
