import ArgumentParser
import DriverHost

/// `drivers vault set`: a new vault configuration, or changes of one.
struct VaultSet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Store a vault configuration, or change one.",
    discussion: """
      As `drivers connector set`, for a type that has the action `secret`. With --json the document \
      is the same too.
      """
  )

  @OptionGroup var argument: VaultArgument
  @OptionGroup var change: SetOptions

  @Option(
    name: .long,
    parsing: .unconditional,
    help: ArgumentHelp(
      "For how many seconds a secret is used again, unless its lease is shorter.",
      valueName: "seconds"
    )
  )
  var cacheSeconds: Double?

  @OptionGroup var options: ResourceOptions

  func validate() throws {
    if let cacheSeconds {
      guard cacheSeconds >= 0, cacheSeconds < 1e9 else {
        throw ValidationError("--cache-seconds needs a number from 0 on, below 1e9")
      }
      guard change.file == nil else {
        throw ValidationError("--file stores a whole document: leave the other changes away")
      }
    } else if change.isEmpty {
      throw ValidationError("there is nothing to store: give key=value, or a document with --file")
    }
  }

  func run() throws {
    try ResourceSetter<VaultConfiguration>(name: argument.name, options: options, change: change) {
      if let cacheSeconds { $0.cacheSeconds = cacheSeconds }
    }.run()
  }
}
