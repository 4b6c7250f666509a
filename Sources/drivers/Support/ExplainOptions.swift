import ArgumentParser

/// The option of every command that makes one connection.
struct ExplainOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Print every input with where it came from, secrets masked, and run nothing.",
      discussion: "Secrets are looked up, since their keys decide which inputs there are."
    )
  )
  var explain = false
}
