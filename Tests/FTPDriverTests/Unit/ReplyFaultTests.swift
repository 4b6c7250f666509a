import FileKit
import Testing

@testable import FTPDriver

@Suite("What a refusal means")
struct ReplyFaultTests {
  private func fault(
    _ operation: FTPOperation,
    _ reply: String,
    usesTLS: Bool = false
  ) throws -> ReplyFault {
    let bytes = Array(reply.utf8)
    var reader = ReplyReader()
    let reply = try #require(try reader.read(bytes.span))
    return ReplyFault(operation, RemotePath("/a"), reply: reply, usesTLS: usesTLS)
  }

  @Test(
    "is found in the words of all servers",
    arguments: [
      // vsftpd
      (.read, "550 Failed to open file.", .notFound),
      (.enter, "550 Failed to change directory.", .notFound),
      (.read, "550 Permission denied.", .permissionDenied),
      (.write, "553 Could not create file.", .permissionDenied),
      (.makeDirectory, "550 Create directory operation failed.", .failure),
      (.removeDirectory, "550 Remove directory operation failed.", .failure),
      (.delete, "550 Delete operation failed.", .failure),
      (.rename, "550 RNFR command failed.", .failure),
      (.look, "550 Could not get file size.", .notFound),
      // proftpd
      (.read, "550 a b.txt: No such file or directory", .notFound),
      (.read, "550 a: Not a regular file", .isDirectory),
      (.write, "550 a: Permission denied", .permissionDenied),
      (.write, "553 a: Operation not permitted", .permissionDenied),
      (.removeDirectory, "550 a: Directory not empty", .notEmpty),
      (.makeDirectory, "550 a: File exists", .alreadyExists),
      (.enter, "550 a: Not a directory", .kindDiffers),
      (.list, "450 a: No such file or directory", .notFound),
      (.write, "552 Transfer aborted. Disk quota exceeded", .quotaExceeded),
      (.write, "426 Transfer aborted. Data connection closed", .connectionLost),
      (.write, "426 a: No space left on device", .diskFull),
      // pure-ftpd
      (.read, "550 Can't open a: No such file or directory", .notFound),
      (.enter, "550 Can't change directory to a: No such file or directory", .notFound),
      (.write, "553 Can't open that file: Permission denied", .permissionDenied),
      (.write, "553 Prohibited file name: .htaccess", .nameRefused),
      (.write, "552 Disk full - please upload later", .diskFull),
      (.write, "552 Quota exceeded: [a] won't be saved", .quotaExceeded),
      (.read, "550 I can only retrieve regular files", .isDirectory),
      (.rename, "550 Sorry, but that file doesn't exist", .notFound),
      (.rename, "550 RENAME Failed - destination file already exists", .alreadyExists),
      (.rename, "451 Rename/move failure: No such file or directory", .notFound),
      (.delete, "550 Anonymous users can not delete files", .permissionDenied),
      // pyftpdlib
      (.read, "550 No such file or directory.", .notFound),
      (.write, "550 Not enough privileges.", .permissionDenied),
      (.read, "550 Is a directory.", .isDirectory),
      (.look, "550 /a is not retrievable", .notFound),
      (.setTime, "550 /a is not retrievable", .failure),
      (.list, "501 No such directory.", .notFound), (.enter, "550 Not a directory.", .kindDiffers),
      (.look, "550 SIZE not allowed in ASCII mode.", .failure),
      // FileZilla Server
      (.read, "550 File not found", .notFound),
      (.makeDirectory, "550 Directory already exists", .alreadyExists),
      (.enter, "550 CWD failed. \"/a\": directory not found.", .notFound),
      (.removeDirectory, "550 Directory not empty.", .notEmpty),
      (.write, "553 Filename invalid", .nameRefused),
      // Serv-U
      (.read, "550 /x/a: No such file or directory.", .notFound),
      (.write, "550 Sorry, insufficient disk quota", .quotaExceeded),
      // IIS
      (.read, "550 The system cannot find the file specified. ", .notFound),
      (.enter, "550 The system cannot find the path specified. ", .notFound),
      (.delete, "550 Access is denied. ", .permissionDenied),
      (.makeDirectory, "550 Cannot create a file when that file already exists. ", .alreadyExists),
      (.removeDirectory, "550 The directory is not empty. ", .notEmpty),
      (.write, "552 There is not enough space on the disk. ", .diskFull),
      (.enter, "550 The directory name is invalid. ", .kindDiffers),
      (
        .write, "550 The filename, directory name, or volume label syntax is incorrect. ",
        .nameRefused
      ),
      // Names that have words of their own in them.
      (.read, "550 quota: No such file or directory", .notFound),
      (.read, "550 /quota/disk.full not empty/x: No such file or directory", .notFound),
      (.read, "550 /quota/x", .notFound),
      (.enter, "550 no space left/x: Permission denied", .permissionDenied),
      // Directories.
      (.enter, "550 a: Is a directory", .kindDiffers),
      (.makeDirectory, "521 \"/a\" directory exists", .alreadyExists),
      (.write, "452 Insufficient storage", .diskFull), (.write, "452 Over quota", .quotaExceeded),
      (.look, "500 Unknown command.", .unsupported),
      (.look, "502 Command not implemented.", .unsupported),
      (.setTime, "504 Command not implemented for that parameter", .unsupported),
      (.write, "501 File name too long", .nameRefused),
      (.rename, "503 Bad sequence of commands", .notFound),
      (.write, "551 Page type unknown", .unsupported), (.write, "552 Exceeded", .quotaExceeded),
      (.quote, "550 Nein", .failure), (.quote, "599 x", .failure), (.look, "200 ok", .malformed),
      (.list, "226 Transfer done (but failed to open directory).", .permissionDenied),
    ] as [(FTPOperation, String, FileErrorCode)]
  )
  func words(operation: FTPOperation, reply: String, code: FileErrorCode) throws {
    let fault = try fault(operation, reply)
    #expect(fault.code == code, "\(fault)")
    #expect(!fault.meaning.reason.isEmpty)
  }

  @Test(
    "tells why a login is refused",
    arguments: [
      ("530 Login incorrect.", "user or password is wrong"),
      ("530 User cannot log in. ", "user or password is wrong"),
      ("530 Permission denied.", "user or password is wrong"),
      ("430 Invalid username or password", "user or password is wrong"),
      ("530 Maximum login attempts. Disconnecting.", "user or password is wrong"),
      ("421 Too many authentication failures", "user or password is wrong"),
      ("530 Non-anonymous sessions must use encryption.", "the server wants TLS"),
      (
        "530 This server does not allow plain FTP. You have to use FTP over TLS.",
        "the server wants TLS"
      ),
      ("534 Policy requires SSL. ", "the server wants TLS"),
      ("550 SSL/TLS required on the control channel.", "the server wants TLS"),
      (
        "421 Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
        "the server wants TLS"
      ),
      ("503 Use AUTH TLS first: encryption is required.", "the server wants TLS"),
      (
        "534 Local policy on server does not allow TLS secure connections. ",
        "the server does not allow TLS"
      ),
      ("530 This FTP server is anonymous only.", "the server takes anonymous users only"),
      ("530 Sorry, no ANONYMOUS access allowed.", "the server takes no anonymous users"),
      ("530 User cannot log in, home directory inaccessible.", "the login is right, but"),
      (
        "500 OOPS: vsftpd: refusing to run with writable root inside chroot()",
        "the server cannot work as it is set up"
      ),
      (
        "530 Sorry, the maximum number of clients (3) for this user are already connected.",
        "the server takes no more"
      ),
      ("532 Need account for login", "the server wants an account"),
      ("332 Need account for login", "the server asks for more"),
    ]
  )
  func logins(reply: String, reason: String) throws {
    let fault = try fault(.logIn, reply)
    #expect(fault.meaning.reason.hasPrefix(reason), "\(fault)")
    #expect(!fault.meaning.hint.isEmpty)
  }

  @Test("tells the three kinds of 421 apart")
  func ended() throws {
    let samples: [(String, FileErrorCode, String)] = [
      (
        "421 There are too many connected users, please try later.", .connectionLost,
        "no more connections"
      ),
      ("421 Too many connections (8) from this IP", .connectionLost, "no more connections"),
      (
        "421 50 users (the maximum) are already logged in, sorry", .connectionLost,
        "no more connections"
      ),
      ("421 Timeout.", .timeout, "nothing happened"),
      ("421 Control connection timed out.", .timeout, "nothing happened"),
      ("421 Idle timeout (600 seconds): closing control connection", .timeout, "nothing happened"),
      ("421 Maximum session time exceeded - closing.", .timeout, "nothing happened"),
      ("421 Service not available.", .connectionLost, "shuts down"),
    ]
    for (reply, code, reason) in samples {
      let fault = try fault(.read, reply)
      #expect(fault.code == code && fault.mayPass, "\(fault)")
      #expect(fault.meaning.reason.contains(reason), "\(fault)")
    }
  }

  @Test(
    "tells a data connection that was not of the same session",
    arguments: [
      "522 SSL connection failed: session reuse required: see require_ssl_reuse option in man page",
      "425 Unable to build data connection: TLS session of data connection not resumed.",
      "425 Unable to build data connection: Operation not permitted",
      "450 TLS session of data connection has not resumed or the session does not match the control connection",
    ]
  )
  func sessions(reply: String) throws {
    let fault = try fault(.list, reply, usesTLS: true)
    #expect(fault.meaning == ReplyMeaning.sessionReuse && fault.mayPass)
    #expect(fault.meaning.hint.contains("require_ssl_reuse=NO"))
    // Without TLS it is something else.
    #expect(try self.fault(.list, reply).meaning != ReplyMeaning.sessionReuse)
  }

  @Test("tells a data connection that is to be enciphered")
  func clearData() throws {
    for reply in [
      "522 Data connections must be encrypted.", "521 SSL/TLS required on the data channel.",
      "521 PROT P required",
    ] {
      let fault = try fault(.list, reply)
      #expect(fault.meaning.reason == "the server wants data connections to be enciphered")
    }
    #expect(try fault(.connect, "522 Network protocol not supported, use (1)").code == .unsupported)
  }

  @Test("tells what may pass from what stays")
  func passing() throws {
    for reply in [
      "425 Failed to establish connection.", "426 Failure reading network stream.", "450 File busy",
      "451 Local error",
      "550 The process cannot access the file because it is being used by another process.",
      "550 Permission denied (sharing violation)", "499 x",
    ] {
      #expect(try fault(.read, reply).mayPass, "\(reply)")
    }
    for reply in [
      "550 No such file", "553 Could not create file.", "425 Security: Bad IP connecting.", "552 x",
    ] {
      #expect(try !fault(.read, reply).mayPass, "\(reply)")
    }
  }

  @Test("has an explanation of its own for each code")
  func explanations() throws {
    let codes = ["421", "425", "426", "450", "522", "550", "552", "553"]
    let reasons = try codes.map { try fault(.write, "\($0) x").meaning.reason }
    #expect(Set(reasons).count == codes.count)
  }

  @Test("says what, where, why and what to do")
  func texts() throws {
    let full = try fault(.write, "552 Disk full - please upload later")
    #expect(
      "\(full)"
        == "cannot write /a: the server's disk is full (the server says: 552 Disk full - please upload later). Make room there; what was written so far may still be there"
    )
    let renamed = ReplyFault(
      .rename,
      RemotePath("a\n"),
      to: RemotePath("b"),
      reply: FTPReply(550, "x: File exists")
    )
    #expect(
      "\(renamed)"
        == "cannot rename a\\n to b: there already is one (the server says: 550 x: File exists). Take another name, or remove what is there"
    )
    let login = ReplyFault(.logIn, reply: FTPReply(530, "Login incorrect."))
    #expect("\(login)".hasPrefix("cannot log in: user or password is wrong, or "))
  }

  @Test(
    "is none where a directory is empty",
    arguments: [
      ("226 Transfer complete", .unsure), ("250 x", .unsure), ("450 No files found", .empty),
      ("550 No files found", .empty), ("550 No files found or invalid directory", .failed),
      ("226 Transfer done (but failed to open directory).", .failed),
      ("550 No such directory", .failed),
      ("425 x", .failed),
    ] as [(String, FTPReply.EmptyListing)]
  )
  func empty(reply: String, listing: FTPReply.EmptyListing) throws {
    #expect(try fault(.list, reply).reply.emptyListing == listing)
  }

  @Test("has words for everything that is asked for and every code")
  func everything() {
    var wrong: [String] = []
    for operation in FTPOperation.allCases {
      for code in 400..<600 {
        for usesTLS in [false, true] {
          let fault = ReplyFault(operation, reply: FTPReply(code, "x"), usesTLS: usesTLS)
          let isKnown = fault.code != .malformed && fault.meaning.reason.count > 10
          // What lasts must not be tried again and again.
          let isPassing = code < 500 || fault.meaning == .sessionReuse
          if !isKnown || fault.mayPass && !isPassing { wrong.append("\(fault)") }
        }
      }
    }
    #expect(wrong.isEmpty)
  }
}
