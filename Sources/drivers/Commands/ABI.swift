import ArgumentParser
import CDriverHeader
import DriverHost

/// Shows the contract between host and drivers: `drivers abi`.
struct ABI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abi",
    abstract: "Show which driver ABI this host speaks, or print its C header.",
    discussion: """
      The header is all that is needed to write a driver: drivers abi --header > driver_abi.h

      With --json: {"version": 1, "abi": {"min", "max"}, "revision", "interfaces"}; with --header \
      too, it has "header".
      """
  )

  @Flag(help: "Print driver_abi.h.")
  var header = false

  @OptionGroup var options: OutputOptions

  func run() {
    let text = unsafe String(cString: driver_header_text())
    if options.json {
      var document: ValueMap = [
        "version": 1,
        "abi": ABISummary.range(of: [HostABI.driverInterface]),
        "revision": .string(ABISummary.revision),
        "interfaces": .list(HostABI.interfaces.map { .string($0) }),
      ]
      if header { document["header"] = .string(text) }
      Console.output(json: .map(document))
    } else if header {
      Console.output(text, newline: false)
    } else {
      Console.output(
        """
        \(ABISummary.revision)
        calls drivers by    \(HostABI.driverInterface)
        offers to drivers   \(HostABI.interfaces.joined(separator: ", "))
        """
      )
    }
  }
}
