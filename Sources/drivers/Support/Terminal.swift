import DriverHost
import Glibc

/// The person at the terminal.
enum Terminal {
  /// Whether somebody can be asked: standard input and standard error are a terminal.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks a question that is answered with yes or no.
  ///
  /// - Parameters:
  ///   - question: What is asked, without the answers.
  ///   - answer: What an empty line means; the end of the input means no.
  /// - Returns: Whether the answer was yes.
  static func agrees(_ question: String, otherwise answer: Bool) -> Bool {
    while true {
      Console.ask("\(Console.plain(question)) \(answer ? "[Y/n]" : "[y/N]") ")
      guard let line = readLine() else {
        Console.error("")
        return false
      }
      switch line.lowercased() {
      case "": return answer
      case "y", "yes": return true
      case "n", "no": return false
      default: continue
      }
    }
  }
}
