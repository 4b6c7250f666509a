import ArgumentParser
import DriverHost

/// Lists what there is, without loading anything: `drivers list`.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the drivers that are found, and what was found and is not used.",
    discussion: """
      Drivers are read from their files; no code of them runs. A driver's file is called \
      lib<Type>Driver.so. Not used are files that are damaged, built for something else, or that \
      others than root and you could change, and those that need another version of the host; of \
      several versions of one driver that fit the highest is used, except that one from \
      --driver-path always is. `drivers doctor` looks closer.

      With --json: {"version": 1, "drivers": [{"name", "id", "title", "version", "vendor", "abi": \
      {"min", "max"}, "interfaces", "path", "build_id", "execution", "actions": [{"name", "title", \
      "summary", "kind", "unusable"}]}], "rejected": [{"path", "reason"}]}. What is not known is null.
      """
  )

  @OptionGroup var options: CatalogOptions

  func run() {
    withExtendedLifetime(options.catalog) { catalog in
      if options.json {
        Console.output(json: List.document(catalog))
      } else {
        Console.output(List.text(catalog))
      }
      // Before the catalog is taken apart, which with many drivers takes longer than printing it.
      Drivers.leave(0)
    }
  }

  private static func document(_ catalog: Catalog) -> Value {
    [
      "version": 1,
      "drivers": .list(catalog.drivers.map(object)),
      "rejected": .list(
        catalog.rejected.map { ["path": .string($0.path), "reason": .string($0.reason)] }
      ),
    ]
  }

  private static func object(_ driver: CatalogDriver) -> Value {
    let descriptor = driver.descriptor
    return [
      "name": .string(descriptor.name),
      "id": .string(descriptor.id),
      "title": .string(descriptor.title),
      "version": .string(descriptor.version.description),
      "vendor": Value(descriptor.vendor),
      "abi": ABISummary.range(of: descriptor.abi),
      "interfaces": .list(descriptor.abi.map { .string($0) }),
      "path": .string(driver.path),
      "build_id": Value(driver.buildID),
      "execution": .string(descriptor.execution.rawValue),
      "actions": .list(
        descriptor.actions.map { action in
          [
            "name": .string(action.name),
            "title": .string(action.title),
            "summary": Value(action.summary),
            "kind": Value(action.kind?.rawValue),
            "unusable": Value(action.misfit),
          ]
        }
      ),
    ]
  }

  private static func text(_ catalog: Catalog) -> String {
    var lines: [String] = []
    if catalog.drivers.isEmpty {
      lines.append("No driver was found. Looked for lib<Type>Driver.so in:")
      lines += catalog.searchPath.entries.map { "  " + Console.plain($0.path) }
    } else {
      var table = TextTable(["TYPE", "VERSION", "TITLE", "EXECUTION", "FILE"])
      for driver in catalog.drivers {
        let descriptor = driver.descriptor
        table.add([
          driver.selector, descriptor.version.description, descriptor.title,
          descriptor.execution.rawValue, driver.path,
        ])
      }
      lines.append(table.text)
    }
    if !catalog.rejected.isEmpty {
      lines += ["", "Found and not used:"]
      for candidate in catalog.rejected {
        lines += ["  " + Console.plain(candidate.path), "    " + Console.plain(candidate.reason)]
      }
    }
    return lines.joined(separator: "\n")
  }
}
