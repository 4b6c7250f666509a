/// What a server was asked for, in the words that come behind "cannot".
enum FTPOperation: String, Sendable, Hashable, CaseIterable {
  case connect = "connect"
  case protect = "turn on TLS"
  case logIn = "log in"
  case enter = "enter the directory"
  case list = "list"
  case look = "look at"
  case read = "read"
  case write = "write"
  case append = "append to"
  case rename = "rename"
  case delete = "delete"
  case makeDirectory = "make the directory"
  case removeDirectory = "remove the directory"
  case changeMode = "change the mode of"
  case setTime = "set the time of"
  case checksum = "make a checksum of"
  /// A command that the user wrote.
  case quote = "run the command"

  /// Whether it moves something over a data connection.
  var hasData: Bool {
    switch self {
    case .list, .read, .write, .append: true
    default: false
    }
  }

  /// Whether it puts something onto the server's disk, or changes what is there.
  var changes: Bool {
    switch self {
    case .write, .append, .rename, .delete, .makeDirectory, .removeDirectory, .changeMode, .setTime:
      true
    default: false
    }
  }
}
