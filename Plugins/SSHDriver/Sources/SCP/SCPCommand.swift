internal import FileKit

/// A program for /bin/sh on a server, in bytes: paths in it are those of the server, in any encoding.
///
/// Only what POSIX has is used of the shell and of other programs, and messages are those of the locale C.
struct SCPCommand {
  /// Exit codes of what follows the copy.
  enum Status {
    static let size: Int32 = 91
    static let mode: Int32 = 92
    static let taken: Int32 = 93
    static let directory: Int32 = 94
    static let name: Int32 = 95
  }

  private(set) var bytes: [UInt8] = Array("LC_ALL=C; export LC_ALL\n".utf8)

  private mutating func add(_ text: String) { bytes += text.utf8 }

  /// Assigns a path to a variable: in quotes, and never with the look of an option.
  private mutating func set(_ name: String, _ path: RemotePath) {
    add("\(name)='")
    if path.bytes.first == UInt8(ascii: "-") { add("./") }
    for byte in path.bytes {
      if byte == UInt8(ascii: "'") { add("'\\''") } else { bytes.append(byte) }
    }
    add("'\n")
  }

  /// Shows what is known of a file, as `ls` has it.
  static func look(_ path: RemotePath, followsLink: Bool) -> SCPCommand {
    var command = SCPCommand()
    command.set("p", path)
    command.add("exec ls -ld\(followsLink ? "L" : "")n \"$p\"\n")
    return command
  }

  /// Puts out what is in a directory: for each name a letter for its kind, the name, and a zero byte.
  static func list(_ path: RemotePath) -> SCPCommand {
    var command = SCPCommand()
    command.set("p", path.bytes.isEmpty ? RemotePath(".") : path)
    command.add(
      """
      CDPATH= cd "$p" || exit 1
      for f in .* *; do
      case $f in .|..) continue ;; esac
      if [ -L "$f" ]; then k=l
      elif [ -d "$f" ]; then k=d
      elif [ -f "$f" ]; then k=f
      elif [ -e "$f" ]; then k=o
      else continue
      fi
      printf '%s%s\\000' "$k" "$f"
      done

      """
    )
    return command
  }

  /// Makes a directory.
  static func makeDirectory(_ path: RemotePath, mode: UInt32?, withParents: Bool) -> SCPCommand {
    var command = SCPCommand()
    command.set("p", path)
    let option = mode.map { " -m \(String($0, radix: 8))" } ?? ""
    command.add("exec mkdir\(withParents ? " -p" : "")\(option) \"$p\"\n")
    return command
  }

  /// Removes a file, if it is there.
  static func remove(_ path: RemotePath) -> SCPCommand {
    var command = SCPCommand()
    command.set("p", path)
    command.add("exec rm -f \"$p\"\n")
    return command
  }

  /// Sends a file with its times.
  static func send(_ path: RemotePath) -> SCPCommand {
    var command = SCPCommand()
    command.set("p", path)
    command.add("exec scp -p -f \"$p\"\n")
    return command
  }

  /// How a file that has come gets its name.
  struct Naming {
    let temporary: RemotePath
    let target: RemotePath
    /// How many bytes it has to have; nil: that is not looked at.
    var size: UInt64?
    var mode: UInt32?
    /// Whether the mode was asked for, so that it must not fail.
    var needsMode = false
    var overwrites = true
  }

  /// Receives a file by scp beside its place, and gives it its name.
  ///
  /// All in one: a copy that does not come to its end, since its input ends too early, is removed by the command itself,
  /// also where nobody can be asked to any more.
  static func receive(_ naming: Naming, withTimes: Bool) -> SCPCommand {
    var command = SCPCommand()
    command.set("t", naming.temporary)
    command.add("scp\(withTimes ? " -p" : "") -t \"$t\" || { s=$?; rm -f \"$t\"; exit $s; }\n")
    command.name(naming)
    return command
  }

  /// Receives a file whose length nobody knows: whoever sends it says afterwards whether it is whole.
  static func receiveAll(_ temporary: RemotePath, isPrivate: Bool) -> SCPCommand {
    var command = SCPCommand()
    command.set("t", temporary)
    if isPrivate { command.add("umask 077\n") }
    // Nothing that is there is replaced.
    command.add("set -C\nexec cat >\"$t\"\n")
    return command
  }

  /// Gives a file that has come its name.
  static func commit(_ naming: Naming) -> SCPCommand {
    var command = SCPCommand()
    command.set("t", naming.temporary)
    command.name(naming)
    return command
  }

  private mutating func name(_ naming: Naming) {
    set("p", naming.target)
    add("f() { rm -f \"$t\"; exit $1; }\n")
    if let size = naming.size {
      // Some put blanks in front of the number; nothing at all would end some shells in the arithmetic.
      add("n=$(wc -c <\"$t\") || f \(Status.size)\n[ $(($n)) = \(size) ] || f \(Status.size)\n")
    }
    if let mode = naming.mode {
      let otherwise = naming.needsMode ? "f \(Status.mode)" : ":"
      add("chmod \(String(mode, radix: 8)) \"$t\" || \(otherwise)\n")
    }
    if naming.overwrites {
      // mv would put it into the directory.
      add("[ ! -d \"$p\" ] || f \(Status.directory)\nmv -f \"$t\" \"$p\" || f \(Status.name)\n")
    } else {
      // A link replaces nothing, unlike a move, which is for file systems without links.
      add(
        """
        if [ -e "$p" ] || [ -L "$p" ]; then f \(Status.taken); fi
        if ln "$t" "$p" 2>/dev/null; then rm -f "$t"; exit 0; fi
        if [ -e "$p" ] || [ -L "$p" ]; then f \(Status.taken); fi
        mv -f "$t" "$p" || f \(Status.name)

        """
      )
    }
  }
}
