internal import DriverKit
internal import FileKit
internal import LoopKit

/// A file or directory that is open on the server, and is closed there however this ends.
///
/// On the loop. It is closed once all that was asked for with it is answered.
final class RemoteFile {
  let files: RemoteFiles
  let path: RemotePath
  private let handle: SFTPHandle
  private var inFlight = 0
  private var isClosing = false
  private var isCloseSent = false
  /// What the server said to that; nil: nothing yet.
  private var closeAnswer: Result<SFTPResponse, DriverError>?
  private var idle: [() -> Void] = []
  private var closed: [(Result<SFTPResponse, DriverError>) -> Void] = []

  private init(_ files: RemoteFiles, _ path: RemotePath, _ handle: SFTPHandle) {
    self.files = files
    self.path = path
    self.handle = handle
  }

  // Whoever waits for an answer holds it, so that nothing is in flight.
  deinit { if !isClosing { files.client.submit(.close(handle)) { _ in } } }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - files: Where.
  ///   - path: The file.
  ///   - flags: How.
  ///   - attributes: Those of a file that is made.
  ///   - shown: The path for messages; nil: its own.
  ///   - pointer: The input that named it.
  /// - Throws: Why it cannot be.
  /// - Returns: The file.
  static func open(
    _ files: RemoteFiles,
    _ path: RemotePath,
    _ flags: SFTPOpenFlags,
    _ attributes: SFTPAttributes = SFTPAttributes(),
    shown: RemotePath? = nil,
    pointer: String = ""
  ) async throws(DriverError) -> RemoteFile {
    let answer = try await files.answer(.open(path.bytes, flags, attributes))
    let path = shown ?? path
    if case .handle(let handle) = answer { return RemoteFile(files, path, handle) }
    throw files.error(answer, flags.contains(.create) ? .create : .open, path, pointer)
  }

  /// Opens a directory.
  ///
  /// - Throws: Why it cannot be.
  /// - Returns: The directory.
  static func openDirectory(
    _ files: RemoteFiles,
    _ path: RemotePath,
    _ pointer: String = ""
  ) async throws(DriverError) -> RemoteFile {
    let answer = try await files.answer(
      .opendir(path.isBase && !path.isAbsolute ? [0x2E] : path.bytes)
    )
    if case .handle(let handle) = answer { return RemoteFile(files, path, handle) }
    throw files.error(answer, .list, path, pointer)
  }

  /// Asks for something with its handle, which is refused once that is given back: the server may have given it to
  /// another file.
  ///
  /// - Parameters:
  ///   - request: Makes the request.
  ///   - handler: Is told the answer.
  func submit(_ request: (SFTPHandle) -> SFTPRequest, _ handler: @escaping SFTPClient.Handler) {
    guard !isCloseSent else {
      return handler(.failure(DriverError(.internal, "\(path.text) is closed already")))
    }
    inFlight += 1
    files.submit(request(handle)) { [self] result in
      inFlight -= 1
      handler(result)
      guard inFlight == 0 else { return }
      let told = idle
      idle = []
      for body in told { body() }
      if isClosing, inFlight == 0 { sendClose() }
    }
  }

  /// Has something done with its handle that is answered with no more than that it was.
  ///
  /// - Throws: Why it was not done.
  func perform(
    _ request: (SFTPHandle) -> SFTPRequest,
    _ operation: SFTPError.Operation,
    _ pointer: String = ""
  ) async throws(DriverError) {
    try await files.perform(request(handle), operation, path, pointer)
  }

  /// Asks for several things with its handle at once and waits for all answers.
  ///
  /// - Parameter requests: Make the requests.
  /// - Throws: Why there are no answers.
  /// - Returns: The answers, in the order of the requests.
  func answers(
    _ requests: [(SFTPHandle) -> SFTPRequest]
  ) async throws(DriverError) -> [SFTPResponse] {
    var waiting: [Waiting<SFTPResponse>] = []
    for request in requests {
      let answer = Waiting<SFTPResponse>()
      submit(request) { answer.finish($0) }
      waiting.append(answer)
    }
    var answers: [SFTPResponse] = []
    for answer in waiting { answers.append(try await answer.value(files.scope)) }
    return answers
  }

  /// Has a function run once nothing is in flight.
  func whenIdle(_ body: @escaping () -> Void) {
    if inFlight == 0 { body() } else { idle.append(body) }
  }

  /// Closes it: a server may tell only now that the disk is full.
  ///
  /// - Throws: What the server says.
  func close(_ pointer: String = "") async throws(DriverError) {
    let waiting = Waiting<SFTPResponse>()
    closeLater { waiting.finish($0) }
    let answer = try await waiting.value(files.scope)
    if case .status(let status) = answer, status.isOK { return }
    throw files.error(answer, .close, path, pointer)
  }

  /// Closes it as soon as nothing is in flight.
  ///
  /// - Parameter then: Is told the answer.
  func closeLater(_ then: @escaping SFTPClient.Handler = { _ in }) {
    if let closeAnswer { return then(closeAnswer) }
    closed.append(then)
    guard !isClosing else { return }
    isClosing = true
    if inFlight == 0 { sendClose() }
  }

  private func sendClose() {
    guard !isCloseSent else { return }
    isCloseSent = true
    files.submit(.close(handle)) { [self] result in
      closeAnswer = result
      // Also those that have come since it was sent.
      let told = closed
      closed = []
      for body in told { body(result) }
    }
  }
}
