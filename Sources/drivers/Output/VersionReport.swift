import CDriverHost
import DriverHistory
import DriverHost

/// What `drivers --version` says: the product's version first, then that of all it is made of.
enum VersionReport {
  /// The libraries of others that this program is linked with, sorted by name.
  ///
  /// A driver's own are not known before it is loaded: `drivers doctor` tells of those.
  private static var libraries: [LinkedLibrary] {
    (LinkedLibrary.ofHost + [LinkedLibrary.sqlite]).sorted {
      $0.name.lowercased() < $1.name.lowercased()
    }
  }

  /// The revision of driver_host.h, which `libdriverhost.so` serves.
  private static var hostRevision: String {
    ABISummary.revision(HostABI.revisionInWords(DH_HOST_API))
  }

  static var text: String {
    let parts =
      [("driver ABI", ABISummary.revision), ("host API", hostRevision)]
      + libraries.map { ($0.name, $0.version) }
    let lines = parts.map { name, version in
      name + String(repeating: " ", count: max(1, 12 - name.count)) + version
    }
    return (["drivers \(Version.text)"] + lines).joined(separator: "\n")
  }

  static var document: Value {
    var versions = ValueMap()
    for library in libraries { versions[library.name] = .string(library.version) }
    return [
      "version": 1, "drivers": .string(Version.text),
      "abi": ABISummary.range(of: [HostABI.driverInterface]),
      "abi_revision": .string(ABISummary.revision), "host_api_revision": .string(hostRevision),
      "libraries": .map(versions),
    ]
  }

  /// Whether the arguments, without the program's name, ask for it as JSON.
  ///
  /// The parser knows `--version` alone, of any command.
  static func isWantedAsJSON(_ arguments: some Collection<String>) -> Bool {
    arguments.count == 2 && Set(arguments) == ["--version", "--json"]
  }
}
