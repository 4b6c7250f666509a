internal import DriverKit
internal import FileKit
internal import TransferKit

/// What one control connection is asked for at once.
struct FTPRequest {
  /// What goes over the wire.
  enum Work {
    /// Commands, one after the other, also behind one that is refused: a `*` stands in front of each.
    case commands([[UInt8]])
    /// Goes to a directory and back, which only works where it is one.
    case visit(directory: [UInt8], home: [UInt8])
    /// A listing of a directory, by this command.
    case list(directory: [UInt8], command: String, sink: any ByteSink)
    /// What is in a file, from an offset on.
    case read(path: [UInt8], offset: UInt64, sink: any ByteSink)
    /// What becomes a file, or is added to one.
    case write(path: [UInt8], appends: Bool, source: any ByteSource)

    /// Whether a data connection is made.
    var movesData: Bool {
      switch self {
      case .commands, .visit: false
      case .list, .read, .write: true
      }
    }
  }

  /// Commands behind a file that is sent, which go on at once where nothing speaks against it.
  struct Following: Sendable {
    /// The commands; one that is refused is no error.
    let commands: [[UInt8]]
    /// Is asked by the thread before each is sent, and tells whether it is.
    ///
    /// It is told of the reply to the file, which is number 0, and of those to the commands; and how many bytes were sent.
    /// After a no the connection is of no use any more.
    let mayGoOn: @Sendable (_ number: Int, _ reply: FTPReply, _ sent: UInt64) -> Bool
  }

  let work: Work
  /// What it is for, which errors are about.
  let purpose: FTPOperation
  /// The file as users know it.
  let path: RemotePath
  /// The input that named it.
  let pointer: String
  /// Is told of bytes of a file as they are moved.
  var moved: (Int) -> Void = { _ in }
  /// Is told what the server has said last, where it is not done.
  var refused: (FTPReply) -> Void = { _ in }
  /// Whether its commands are about files as bytes: of a text that is sent as such, some tell no size (TYPE I).
  var needsBinary = false
  /// What follows a file that is sent.
  var following: Following?
  /// Whether it can be asked for once more where nobody knows whether it was heard.
  var isRepeatable = false

  /// A request.
  ///
  /// - Parameters:
  ///   - work: What goes over the wire; paths are absolute, and in the server's encoding.
  ///   - purpose: What it is for.
  ///   - path: The file as users know it.
  ///   - pointer: The input that named it.
  init(_ work: Work, _ purpose: FTPOperation, _ path: RemotePath, _ pointer: String) {
    self.work = work
    self.purpose = purpose
    self.path = path
    self.pointer = pointer
  }
}
