import ArgumentParser

@main
struct Drivers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drivers",
    abstract: "Runs connections through drivers that are loaded as shared libraries.")
}
