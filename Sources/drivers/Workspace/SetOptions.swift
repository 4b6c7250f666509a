import ArgumentParser
import DriverHost

/// How a connector or a vault configuration is changed on the command line.
struct SetOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Store a document, YAML or JSON, in place of what is there; - is standard input.",
      valueName: "file"
    ),
    completion: .file()
  )
  var file: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The connector type, as `drivers list` shows it: for a new one, or to change it.",
      valueName: "type"
    ),
    completion: TypeArgument.completion
  )
  var type: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take an input away; a.b is the member b of a. May be given several times.",
      valueName: "key"
    )
  )
  var unset: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("What it is for; an empty text takes it away.", valueName: "text")
  )
  var description: String?

  @Argument(
    help: ArgumentHelp(
      "Inputs to store, in the forms of `drivers run`: key=value, key:=YAML, key=@file, a.b=value.",
      valueName: "key=value"
    )
  )
  var inputs: [String] = []

  func validate() throws {
    guard file == nil || (inputs.isEmpty && unset.isEmpty && type == nil && description == nil)
    else { throw ValidationError("--file stores a whole document: leave the other changes away") }
    guard inputs.count(where: InputArguments.readsStandardInput) < 2 else {
      throw ValidationError("standard input can be read once")
    }
  }

  /// Whether nothing at all is to be changed.
  var isEmpty: Bool {
    file == nil && type == nil && unset.isEmpty && description == nil && inputs.isEmpty
  }
}
