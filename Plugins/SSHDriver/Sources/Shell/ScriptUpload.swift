/// A script that is put into a file on a host, run, and removed, all by one command.
///
/// The text comes on stdin, and what follows it there is the script's own stdin: no SFTP is needed, and no more round
/// trips than one. Tried for taking exactly N bytes from a pipe: `head -c` of busybox reads 4,096 at a time and loses
/// what comes behind; `dd bs=1` takes half a second for a megabyte; `dd bs=N count=1` is one read(2) of at most N,
/// which may give less. So dd is called until the file has N bytes.
///
/// The file is in a folder of its own with the run's name, which must not be there before and is the user's only. It
/// is removed by a trap when the script has ended, and by `KillCommand` if even the trap's shell was killed.
struct ScriptUpload: Hashable, Sendable {
  /// What is used if none is given.
  static let defaultInterpreter = "/usr/bin/env bash -e"

  /// The script; any bytes.
  var text: [UInt8]
  /// What runs it, split into words; the file's path follows them.
  var interpreter = ScriptUpload.defaultInterpreter
  /// The folder for temporary files; a relative one is in the home directory.
  var temporaryFolder = "/tmp"
  /// The variables whose values are wanted.
  var variables = OutputVariables()

  /// The commands that put the script there, run `drv_enter` and then the script, and remove it.
  ///
  /// - Parameters:
  ///   - token: The run's name.
  ///   - restoring: Commands that come between the upload and the script.
  /// - Returns: Commands for a POSIX shell. A signal is a status over 255 in ksh and yash.
  /// - Throws: What a shell cannot hold.
  func commands(_ token: RunToken, restoring: String) throws(ShellFault) -> String {
    let folder = try ShellQuoting.quotedPath(temporaryFolder, as: "temp_path")
    let hook = try variables.hook(for: interpreter)
    return """
      drv_folder=\(folder)
      case $drv_folder in /*) ;; *) drv_folder=$PWD/$drv_folder ;; esac
      drv_folder=$drv_folder/\(token.folderName)
      mkdir -m 700 -- "$drv_folder" || drv_fault folder
      trap 'rm -rf -- "$drv_folder"' EXIT
      trap : HUP INT PIPE TERM
      drv_size=0
      (umask 077; : >"$drv_folder/script"\(hook.files)) || drv_fault write
      while [ $drv_size -lt \(text.count) ]; do
      drv_piece=$((\(text.count) - drv_size))
      [ $drv_piece -le 65536 ] || drv_piece=65536
      dd bs=$drv_piece count=1 2>/dev/null >>"$drv_folder/script" || drv_fault write
      drv_before=$drv_size
      drv_size=$(($(wc -c <"$drv_folder/script")))
      [ $drv_size -gt $drv_before ] || drv_fault cut
      done
      \(restoring)exec 9>&2 2>/dev/null
      (
      drv_enter
      \(hook.environment)drv_mark running
      drv_work
      ) 2>&9 9>&-
      drv_status=$?
      [ $drv_status -lt 256 ] || drv_status=$((128 + drv_status % 128))
      exec 2>&9 9>&-
      \(hook.sending)rm -rf -- "$drv_folder"
      trap - EXIT
      exit $drv_status

      """
  }

  /// The command that runs the script.
  ///
  /// - Parameter arguments: The script's arguments.
  /// - Returns: A command for a POSIX shell, in which `drv_folder` is the script's folder.
  /// - Throws: What a shell cannot hold.
  func command(_ arguments: [String]) throws(ShellFault) -> String {
    let words = try ShellWords.split(interpreter, as: "interpreter")
    let file = "\"$drv_folder/\(try variables.hook(for: interpreter).file)\""
    return try ShellQuoting.quoted(words, as: "interpreter") + " " + file + " "
      + ShellQuoting.quoted(arguments, as: "args")
  }
}
