import DriverHost

@testable import drivers

/// A terminal with a script of answers, which keeps all that somebody who looks at it would see.
final class ScriptedTerminal: PromptTerminal {
  private var answers: [TerminalLine]
  private var isHidden = false

  /// Everything that was shown, with the answers that were typed in sight.
  private(set) var seen = ""
  /// The prompts whose answers were hidden.
  private(set) var hiddenPrompts: [String] = []

  /// Whether the terminal is as it was, and all answers were asked for.
  var isDone: Bool { !isHidden && answers.isEmpty }

  init(_ answers: [String]) {
    self.answers = answers.map { $0 == ScriptedTerminal.end ? .end : .text($0) }
  }

  init(lines: [TerminalLine]) { answers = lines }

  /// Ctrl-D.
  static let end = "\u{4}"

  func write(_ text: String) { seen += text }

  func readLine(_ prompt: String) throws(HostError) -> TerminalLine {
    write(prompt)
    if isHidden { hiddenPrompts.append(prompt) }
    // Nobody types any more.
    let line = answers.isEmpty ? .end : answers.removeFirst()
    if case .text(let text) = line, !isHidden { seen += text }
    seen += "\n"
    return line
  }

  func hideInput() { isHidden = true }

  func showInput() { isHidden = false }
}

/// A form of a descriptor that has these inputs, and what was answered to it.
struct PromptFixture {
  let form: Form

  init(_ inputs: String, actions: String = #"[{"name": "go", "inputs": {}}]"#) throws {
    form = try Form(
      Descriptor([
        "descriptor": 1, "name": "T", "id": "org.example.t", "title": "Thing", "version": "1.0.0",
        "abi": ["dh.driver/1"], "execution": "blocking", "default_action": "go",
        "inputs": JSON.parse(inputs), "actions": JSON.parse(actions),
      ])
    )
  }

  /// What the answers come to; behind them everything advanced is declined.
  func ask(
    _ answers: [String],
    from start: ValueMap = [:],
    givenElsewhere: Set<String> = []
  ) throws -> (value: ValueMap, terminal: ScriptedTerminal) {
    let terminal = ScriptedTerminal(answers + [""])
    var prompt = FormPrompt(form, at: terminal, givenElsewhere: givenElsewhere)
    return (try prompt.ask(from: start), terminal)
  }
}
