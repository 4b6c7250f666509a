/// The variables of a script whose values are wanted after it (`output_vars`).
///
/// A script of bash keeps its file as it is: bash reads a hook first, by `BASH_ENV`, which writes the values when the
/// shell ends, also by `exit` or an error, and also where the script has a trap for EXIT of its own. For another shell
/// (sh, dash, ash, ksh, mksh, yash, zsh) the hook is run and reads the script; there a trap of the script's own takes
/// the place of ours, and then the values are those of its end, and none after an `exit`. A shell that becomes another
/// program by `exec`, or is killed, leaves none.
///
/// Programs of other kinds, and scripts that want to, write `NAME=value` lines into the file that `OUTPUT_VARS_FILE`
/// names, or for more lines `NAME<<WORD`, the lines, and `WORD`. What stands there wins.
struct OutputVariables: Hashable, Sendable {
  /// The variable with the path of the file for any program.
  static let fileVariable = "OUTPUT_VARS_FILE"
  /// What all values may have together, and the file too, in bytes.
  static let limit = 1_048_576

  /// Their names, in the order in which they were asked for.
  let names: [String]

  /// No variables.
  init() { names = [] }

  /// The variables of these names.
  ///
  /// - Parameter names: Their names; one that comes again counts once.
  /// - Throws: A fault if one is no name of a variable.
  init(_ names: [String]) throws(ShellFault) {
    var known: Set<String> = []
    for name in names where !ShellQuoting.isName(name) {
      throw ShellFault(kind: .name, subject: "output_vars")
    }
    self.names = names.filter { known.insert($0).inserted }
  }

  /// How a script is made to give its values.
  struct Hook: Hashable, Sendable {
    /// The file that the interpreter gets, in the script's folder.
    var file = "script"
    /// Commands that write the files needed, each behind a `;`.
    var files = ""
    /// Commands that set the script's environment.
    var environment = ""
    /// Commands that send what the script left.
    var sending = ""
  }

  /// What makes a script give its values.
  ///
  /// - Parameter interpreter: What runs the script, as the user wrote it.
  /// - Returns: The parts that go into the command; empty ones if no variables are wanted.
  /// - Throws: What a shell cannot hold.
  func hook(for interpreter: String) throws(ShellFault) -> Hook {
    if names.isEmpty { return Hook() }
    var hook = Hook()
    hook.environment = "export \(OutputVariables.fileVariable)=\"$drv_folder/file\"\n"
    hook.sending = OutputVariables.sending
    let text: String
    switch ScriptLanguage(try ShellWords.split(interpreter, as: "interpreter")) {
    case .bash:
      text = bashHook
      hook.environment += "export DRIVERS_BASH_ENV=\"$BASH_ENV\" BASH_ENV=\"$drv_folder/hook\"\n"
    case .shell:
      text = shellHook
      hook.file = "hook"
    case .other: return hook
    }
    let quoted = try ShellQuoting.quoted(text, as: "output_vars")
    hook.files = "; printf %s \(quoted) >\"$drv_folder/hook\""
    return hook
  }

  /// Sends both files in lines of 2,000 digits.
  ///
  /// What else writes to stderr cannot come into the middle of a line of at most 4,096 bytes (`PIPE_BUF`). A byte more
  /// than is allowed tells that there are more.
  private static let sending = #"""
    drv_send() {
    [ -f "$2" ] || return 0
    od -An -v -tx1 -N \#(limit + 1) "$2" | tr -d ' \n' | fold -w 2000 |
    while IFS= read -r drv_line || [ -n "$drv_line" ]; do drv_mark "$1:$drv_line"; done
    }
    drv_send values "$drv_folder/values"
    drv_send file "$drv_folder/file"

    """#

  /// The loop over the variables needs `${!name}`, which bash has and sh has not.
  private var bashHook: String {
    #"""
    drivers_folder=${BASH_ENV%/*}
    BASH_ENV=${DRIVERS_BASH_ENV-}
    unset DRIVERS_BASH_ENV
    drivers_dump() {
      local drivers_status=$? drivers_name
      if [ "$BASH_SUBSHELL" -eq 0 ]; then
        for drivers_name in \#(names.joined(separator: " ")); do
          if [ -n "${!drivers_name+x}" ]; then
            printf '%s=%s\0' "$drivers_name" "${!drivers_name}"
          fi
        done >"$drivers_folder/values"
      fi
      return "$drivers_status"
    } 2>/dev/null
    trap() {
      builtin trap "$@" || return
      [ "$BASH_SUBSHELL" -eq 0 ] || return 0
      local drivers_trap
      drivers_trap=$(builtin trap -p EXIT)
      case $drivers_trap in
      *drivers_dump*) return 0 ;;
      '') builtin trap 'drivers_dump && :' EXIT ;;
      *)
        eval "set -- $drivers_trap"
        builtin trap -- 'drivers_dump && :
    '"$3" EXIT
        ;;
      esac
    }
    builtin trap 'drivers_dump && :' EXIT
    if [ -n "$BASH_ENV" ]; then
      export BASH_ENV
      if [ -r "$BASH_ENV" ]; then . "$BASH_ENV"; fi
    else
      unset BASH_ENV
    fi

    """#
  }

  private var shellHook: String {
    let prints = names.map { name in
      #"  if [ -n "${\#(name)+x}" ]; then printf '\#(name)=%s\0' "$\#(name)"; fi"#
    }
    return #"""
      drivers_folder=${0%/*}
      drivers_dump() {
      {
      \#(prints.joined(separator: "\n"))
      } >"$drivers_folder/values" 2>/dev/null
      }
      trap drivers_dump EXIT
      . "$drivers_folder/script"
      drivers_status=$?
      drivers_dump
      exit $drivers_status

      """#
  }
}
