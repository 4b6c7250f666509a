internal import DriverKit

extension SSHDriver {
  /// What a call asks for.
  ///
  /// - Throws: What is wrong with its inputs.
  static func action(_ call: Call) throws(DriverError) -> any SSHAction {
    switch call.action {
    case "run_command": return try RunCommand(call)
    case "run_commands": return try RunCommands(call)
    case "execute_script": return try ExecuteScript(call)
    case "test": return try TestAction(call)
    case "host_key": return try HostKeyAction(call)
    case "system_info": return try SystemInfo(call)
    case "get": return try GetFiles(call)
    case "put": return try PutFiles(call)
    case "list": return try ListFiles(call)
    case "stat": return try StatFile(call)
    case "mkdir": return try MakeDirectory(call)
    case "remove": return try RemoveFiles(call)
    case "rename": return try RenameFile(call)
    case "chmod": return try ChangeMode(call)
    case "symlink": return try MakeLink(call)
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }
}
