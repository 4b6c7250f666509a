import ArgumentParser

/// Starts, parses its arguments, and ends.
@main
struct EmptyProgram: ParsableCommand {
  @Argument var words: [String] = []

  func run() {}
}
