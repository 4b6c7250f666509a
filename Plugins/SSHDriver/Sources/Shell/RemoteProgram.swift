/// The parts of the programs that we run on a host, for any POSIX shell.
///
/// Names begin with `drv_`: a variable that the user exported is not changed by us.
enum RemoteProgram {
  /// How a program tells us something, and how it gives up.
  ///
  /// - Parameter token: The run's name.
  /// - Returns: Functions.
  static func functions(_ token: RunToken) -> String {
    """
    drv_mark() { printf '\\036drivers:\(token.text):%s\\n' "$1" >&2; }
    drv_fault() { drv_mark "fault:$1"; exit 125; }

    """
  }

  /// Makes the process the first of a session of its own, if it is not, and tells its number.
  ///
  /// OpenSSH begins each command in a new session, and so does dropbear with a terminal; without one dropbear leaves
  /// it in its own. Then setsid(1) helps, which does not fork where the process leads no group. Without it the process
  /// group and the tree of processes must do. Where it was the first from the beginning, the name of the login shell is
  /// told too. The program is in `$1`, escaped; `$2` is there the second time.
  static let session = #"""
    drv_program=$1 drv_again=$2 drv_line= drv_group=0 drv_session=0 drv_start=0
    { read -r drv_line </proc/$$/stat; } 2>/dev/null
    if [ -n "$drv_line" ]; then
    set -- ${drv_line##*') '}
    drv_group=$3 drv_session=$4
    shift 19
    drv_start=$1
    [ "$drv_group" = $$ ] || drv_group=0
    [ "$drv_session" = $$ ] || drv_session=0
    if [ "$drv_session$drv_group$drv_again" = 00 ] && command -v setsid >/dev/null 2>&1; then
    exec setsid /bin/sh -c 'eval "$(printf %b "$1")"' sh "$drv_program" again
    fi
    else
    drv_group=$(($(ps -o pgid= -p $$ 2>/dev/null)))
    [ "$drv_group" = $$ ] || drv_group=0
    fi
    [ "$drv_session$drv_again" = $$ ] && drv_again=${SHELL##*/}
    drv_mark "process:$$:$drv_group:$drv_session:$drv_start:$drv_again"

    """#

  /// Reads lines up to one that is the token, and runs them.
  ///
  /// `read` takes byte by byte from a pipe, as POSIX demands, so that what comes next is left for others.
  ///
  /// - Parameter token: The run's name.
  /// - Returns: Commands.
  static func reading(_ token: RunToken) -> String {
    """
    drv_text=
    while :; do
    IFS= read -r drv_line || drv_fault cut
    [ "$drv_line" = \(token.text) ] && break
    drv_text="$drv_text$drv_line
    "
    done
    eval "$drv_text"
    drv_text=

    """
  }

  /// Lets a terminal pass on what we send as it is, until `terminalRestored`.
  static let terminalRaw = """
    drv_terminal=$(stty -g 2>/dev/null) && stty raw -echo

    """

  /// Puts the terminal back.
  static let terminalRestored = """
    [ -z "$drv_terminal" ] || stty "$drv_terminal"

    """
}
