internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The files of a server, as one call reaches them.
///
/// On the loop. Each request takes a connection of the session for as long as it needs it, so that those of one call
/// go on at once, and no call waits for a connection while it holds one.
final class FTPFiles: FilePlace {
  let call: Call
  let session: FTPSession
  let scope: Scope
  let address: AddressInputs
  let names: NameEncoding
  private(set) var server = ServerFacts(features: FTPFeatures.none, home: nil)

  var loop: Loop { session.loop }
  var actor: LoopActor { session.actor }
  var host: String { address.name }

  private init(
    _ session: FTPSession,
    _ call: Call,
    _ scope: Scope
  ) throws(DriverError) {
    self.session = session
    self.call = call
    self.scope = scope
    address = try session.inputs()
    do throws(NameFault) {
      names = try NameEncoding(address.encoding)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/encoding")
    }
  }

  /// The files of a server, which is connected to where that is not done yet.
  ///
  /// - Parameters:
  ///   - session: The server.
  ///   - call: Whose.
  ///   - scope: How long.
  /// - Throws: Why it cannot be reached.
  /// - Returns: The files.
  static func open(
    _ session: FTPSession,
    _ call: Call,
    _ scope: Scope
  ) async throws(DriverError) -> FTPFiles {
    let files = try FTPFiles(session, call, scope)
    if session.server == nil { session.give(try await session.take(scope).0) }
    if let server = session.server { files.server = server }
    return files
  }

  // MARK: - Requests

  /// Asks for something.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - other: How long, where it is not as long as the call may take.
  /// - Throws: Why it is not done.
  /// - Returns: All that the server has said.
  func run(
    _ request: FTPRequest,
    _ other: Scope? = nil
  ) async throws(DriverError) -> [FTPReply] {
    var isFirst = true
    while true {
      let (connection, isKept) = try await session.take(other ?? scope)
      do throws(DriverError) {
        var replies = try await connection.perform(request, other ?? scope)
        // What was said before the login is about nothing that was asked for.
        if connection.connectCount > 0, case .visit = request.work {
          replies = try await connection.perform(request, other ?? scope)
        }
        session.give(connection)
        return replies
      } catch {
        let (isUnheard, isDead) = (connection.replies.isEmpty, connection.isDead)
        if let reply = connection.replies.last { request.refused(reply) }
        session.give(connection)
        // A connection that was kept may have ended without a word: another one is asked, once.
        guard isFirst, isKept, isDead, isUnheard, request.isRepeatable, connection.moved == 0,
          error.fileCode == .connectionLost
        else { throw error }
        isFirst = false
      }
    }
  }

  /// Lists something.
  ///
  /// - Parameter request: The listing.
  /// - Throws: Why it cannot be listed.
  /// - Returns: What the server has said last; nil: that there is nothing in it.
  func listing(_ request: FTPRequest) async throws(DriverError) -> FTPReply? {
    var request = request
    var refusal: FTPReply?
    request.refused = { refusal = $0 }
    do throws(DriverError) {
      return try await run(request).last
    } catch {
      // Some say that there are no files where a directory is empty.
      guard refusal?.emptyListing == .empty else { throw error }
      return nil
    }
  }

  /// Sends commands, one after the other.
  ///
  /// - Parameters:
  ///   - commands: The commands; one that is refused is an error, unless a `*` stands in front of it.
  ///   - purpose: What they are for.
  ///   - path: The file.
  ///   - pointer: The input that named it.
  ///   - other: How long, where it is not as long as the call may take.
  ///   - asks: Whether they change nothing, so that they may be sent once more.
  /// - Throws: Why one is refused.
  /// - Returns: The last reply to each.
  func send(
    _ commands: [[UInt8]],
    _ purpose: FTPOperation,
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil,
    asks: Bool = false
  ) async throws(DriverError) -> [FTPReply] {
    // After a refusal that it hears of itself, libcurl closes the connection (ftp_done in ftp.c, CURLE_QUOTE_ERROR).
    let star = UInt8(ascii: "*")
    let lines = commands.map { $0.first == star ? $0 : [star] + $0 }
    var request = FTPRequest(.commands(lines), purpose, path, pointer)
    request.isRepeatable = asks
    request.needsBinary = asks
    let all = try await run(request, other)
    guard all.count >= commands.count else {
      throw DriverError(.malformed, "\(host) has not answered every command", pointer: pointer)
    }
    let replies = Array(all.suffix(commands.count))
    for (command, reply) in zip(commands, replies) where command.first != star && reply.code >= 400
    {
      throw FTPFailure.refusal(reply, request, address)
    }
    return replies
  }

  /// Asks about a file, by commands that change nothing.
  func ask(
    _ commands: [[UInt8]],
    _ path: RemotePath,
    _ pointer: String,
    _ other: Scope? = nil
  ) async throws(DriverError) -> [FTPReply] {
    try await send(commands, .look, path, pointer, other, asks: true)
  }

  // MARK: - Paths

  /// A path as the server takes it: from its root on, since connections are gone about with, and in its encoding.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - pointer: The input that named it.
  /// - Throws: That it cannot be written in that encoding, or in a line.
  /// - Returns: The bytes.
  func wire(_ path: RemotePath, _ pointer: String) throws(DriverError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(NameFault) {
      bytes = try names.encode(path.tidied)
    } catch {
      throw DriverError(.nameRefused, "\(path.text): \(error)", pointer: pointer)
    }
    if bytes.first == UInt8(ascii: "/") { return bytes }
    guard let home = server.home, home.first == UInt8(ascii: "/") else { return bytes }
    if bytes.isEmpty { return home }
    return home + (home.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + bytes
  }

  /// A command with a path.
  func command(
    _ word: String,
    _ path: RemotePath,
    _ pointer: String
  ) throws(DriverError) -> [UInt8] {
    Array("\(word) ".utf8) + (try wire(path, pointer))
  }
}
