internal import CSSH2
internal import DriverKit
internal import LoopKit

/// How far logging in to a server has come, over several connections where one does not do.
final class LoginProgress {
  let logins: [LoginInputs.Login]
  /// Why the ways that were tried do not work.
  var refusals: [DriverError] = []
  private var count = 0

  /// - Parameter logins: The ways, in their order.
  init(_ logins: [LoginInputs.Login]) { self.logins = logins }

  /// The way to try now; nil: there is none left.
  var login: LoginInputs.Login? { count < logins.count ? logins[count] : nil }

  /// Goes on to the next way.
  func goOn() { count += 1 }
}

/// Logs in: one way after the other, until the server lets us in.
///
/// On the loop.
struct Authenticator {
  let transport: SSHTransport
  let loop: Loop
  /// The host, for messages.
  let host: String
  private let known = Known()

  /// What the server has said on this connection.
  private final class Known {
    /// Whom one logs in; nil: nobody yet.
    var user: String?
    /// The methods that may come next.
    var methods: [String] = []
  }

  init(transport: SSHTransport, loop: Loop, host: String) {
    self.transport = transport
    self.loop = loop
    self.host = host
  }

  /// Logs in.
  ///
  /// Servers take one user a connection, and end it after so many refusals: then the next way needs another one.
  ///
  /// - Parameters:
  ///   - progress: The ways, and how far they have been tried.
  ///   - scope: How long.
  /// - Throws: Why none of them works, with what was said of each.
  /// - Returns: Whether the user is logged in; false: it is to go on over a new connection.
  func run(_ progress: LoginProgress, _ scope: Scope) async throws(DriverError) -> Bool {
    transport.stage = .login
    while let login = progress.login {
      if let user = known.user, user != login.user { return false }
      do throws(DriverError) {
        if known.user == nil {
          known.user = login.user
          known.methods = try await methods(login.user, scope)
        }
        if !isAuthenticated { try await attempt(login, known.methods, scope) }
        transport.stage = .open
        return true
      } catch {
        try scope.check()
        guard error.code == .unauthenticated || error.code == .unsupported || transport.isLost
        else { throw error }
        progress.refusals.append(error)
      }
      progress.goOn()
      if transport.isLost, progress.login != nil { return false }
    }
    throw refused(progress)
  }

  private var isAuthenticated: Bool { unsafe libssh2_userauth_authenticated(transport.handle) != 0 }

  /// The methods that the server has for a user; it may let the user in without any.
  private func methods(_ user: String, _ scope: Scope) async throws(DriverError) -> [String] {
    let session = unsafe transport.handle
    let name = Array(user.utf8CString)
    let list = Found<String>()
    let transport = transport
    let status = try await transport.run(scope) {
      if let text = unsafe libssh2_userauth_list(session, name, UInt32(name.count - 1)) {
        list.value = unsafe String(cString: text)
        return 0
      }
      return unsafe libssh2_userauth_authenticated(session) != 0 ? 0 : transport.code
    }
    if status < 0 { throw transport.failure(status, "\(host) does not say how one logs in") }
    return (list.value ?? "").split(separator: ",").map(String.init)
  }

  /// Why a login that looks refused is none, if the server has taken it and wants another one as well.
  ///
  /// The library does not tell the two apart; but the methods that may come next are others then.
  ///
  /// - Parameters:
  ///   - what: What the server was told.
  ///   - login: Whom it is for.
  ///   - scope: How long.
  /// - Throws: Why the scope has ended.
  /// - Returns: The reason; nil: it is refused.
  private func partial(
    _ what: String,
    _ login: LoginInputs.Login,
    _ scope: Scope
  ) async throws(DriverError) -> DriverError? {
    guard !transport.isLost else { return nil }
    let now: [String]
    do throws(DriverError) {
      now = try await methods(login.user, scope)
    } catch {
      try scope.check()
      return nil
    }
    guard Set(now) != Set(known.methods) else { return nil }
    known.methods = now
    return DriverError(
      .unauthenticated,
      "\(host) takes \(what) of \(login.user), and wants another way to log in as well: add one to fallbacks; it has \(now.joined(separator: ", "))",
      pointer: login.pointer
    )
  }

  private func attempt(
    _ login: LoginInputs.Login,
    _ methods: [String],
    _ scope: Scope
  ) async throws(DriverError) {
    func require(_ method: String) throws(DriverError) {
      guard methods.contains(method) else {
        throw DriverError(
          .unauthenticated,
          "\(host) does not let \(login.user) log in by \(method); it has \(methods.joined(separator: ", "))",
          pointer: login.pointer
        )
      }
    }
    switch login.way {
    case .password(let password):
      if !methods.contains("password"), methods.contains("keyboard-interactive") {
        // Servers with PAM ask for the password as a question.
        try await answer(login, password, [], scope)
        return
      }
      try require("password")
      try await tell(login, password, scope)
    case .questions(let password, let answers):
      try require("keyboard-interactive")
      try await answer(login, password, answers, scope)
    case .key(let key):
      try require("publickey")
      try await KeyLogin(transport: transport, loop: loop, host: host)
        .run(login, key, scope) { () async throws(DriverError) in
          try await partial("the key", login, scope)
        }
    case .agent(let socket, let key):
      try require("publickey")
      try await AgentLogin(transport: transport, loop: loop, host: host)
        .run(login, socket: socket, key: key, scope) { () async throws(DriverError) in
          try await partial("the key", login, scope)
        }
    }
  }

  private func tell(
    _ login: LoginInputs.Login,
    _ password: String,
    _ scope: Scope
  ) async throws(DriverError) {
    let (session, name, secret) =
      unsafe (transport.handle, Array(login.user.utf8CString), Array(password.utf8CString))
    let status = try await transport.run(scope) {
      Int(
        unsafe libssh2_userauth_password_ex(
          session,
          name,
          UInt32(name.count - 1),
          secret,
          UInt32(secret.count - 1),
          nil
        )
      )
    }
    if status == 0 { return }
    if Int32(clamping: status) == LIBSSH2_ERROR_PASSWORD_EXPIRED {
      throw DriverError(
        .unauthenticated,
        "the password of \(login.user) at \(host) has expired: change it there",
        pointer: login.pointer
      )
    }
    if let partial = try await partial("the password", login, scope) { throw partial }
    throw refusal(status, login, "the password")
  }

  private func answer(
    _ login: LoginInputs.Login,
    _ password: String?,
    _ answers: [(question: String, answer: String)],
    _ scope: Scope
  ) async throws(DriverError) {
    let questions = Questions(password, answers)
    transport.questions = questions
    let (session, name) = unsafe (transport.handle, Array(login.user.utf8CString))
    let status = try await transport.run(scope) {
      Int(
        unsafe libssh2_userauth_keyboard_interactive_ex(
          session,
          name,
          UInt32(name.count - 1),
          { _, _, _, _, count, prompts, responses, abstract in
            unsafe Questions.answer(count, prompts, responses, abstract)
          }
        )
      )
    }
    transport.questions = nil
    if status == 0 { return }
    var error = refusal(status, login, "the answers")
    if Int32(clamping: status) == LIBSSH2_ERROR_SOCKET_NONE, !transport.isLost {
      // 1.10 says so of questions with a name, most of which it cannot read.
      throw DriverError(
        .unauthenticated,
        "libssh2 \(SSHLibrary.versionText) cannot read what \(host) asks \(login.user): \(transport.message); log in by a password or a key",
        pointer: login.pointer
      )
    }
    if questions.isExpired {
      error.message =
        "the password of \(login.user) at \(host) has expired: change it there, or add the new one to answers"
      throw error
    }
    if questions.unanswered == nil, let partial = try await partial("the answers", login, scope) {
      throw partial
    }
    if let unknown = questions.unanswered {
      error.message =
        "\(host) asks \(login.user) `\(unknown)`, and there is no answer to it: add one to answers"
    }
    throw error
  }

  // MARK: - Refusals

  private func refusal(_ status: Int, _ login: LoginInputs.Login, _ what: String) -> DriverError {
    var error = transport.failure(status, "\(host) does not take \(what) of \(login.user)")
    if error.code == .unauthenticated, !transport.isLost {
      error.message = "\(host) does not take \(what) of \(login.user)"
    }
    error.pointer = login.pointer
    return error
  }

  private func refused(_ progress: LoginProgress) -> DriverError {
    let refusals = progress.refusals
    guard var error = refusals.first else {
      return DriverError(
        .unauthenticated,
        "nobody said how to log in to \(host): give authentication",
        pointer: "/authentication"
      )
    }
    if refusals.count > 1 {
      error.message = refusals.map(\.message).joined(separator: "; ")
      error.code = .unauthenticated
      // What was not refused may be taken another time.
      if let lost = refusals.first(where: \.isRetryable) {
        (error.code, error.isRetryable) = (lost.code, true)
      }
    }
    return error
  }
}

/// A place for what a function finds.
final class Found<Value> {
  var value: Value?
}
