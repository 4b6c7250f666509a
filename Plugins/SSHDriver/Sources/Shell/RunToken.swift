/// The name of one run of a remote command: nobody can guess it, and nothing else on the host has it.
///
/// It is no secret to the remote user: it stands in the command line there, and in the environment.
struct RunToken: Hashable, Sendable {
  /// 32 digits, 0 to 9 and a to f.
  let text: String

  /// A token that is there already.
  ///
  /// - Parameter text: 32 digits.
  init(text: String) { self.text = text }

  /// A token that was not there before.
  init() {
    // Each asks the system for randomness once.
    let drawn = [UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)]
    text = drawn.map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// The folder of the run's files, in the folder for temporary ones.
  var folderName: String { RunToken.folderPrefix + text }

  /// What stands before the token in the name of that folder.
  static let folderPrefix = "drivers-"

  /// The variable that marks the run's processes.
  static let variable = "DRIVERS_RUN"
}
