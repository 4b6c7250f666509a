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
        let driver = unsafe DriverTables.driver(of: host)
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
        unsafe Once.run(
          String(cString: key),
          for: DriverTables.driver(of: host)
        ) { unsafe initialize(context) }
      },
      interface: { host, id in
        let id = unsafe String(cString: id)
        let offered = unsafe DriverTables.driver(of: host).probing?.value.interfaces
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
