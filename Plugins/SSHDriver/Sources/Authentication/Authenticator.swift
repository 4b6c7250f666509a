internal import CSSH2
internal import DriverKit

/// Logs in: one way after the other, until the server lets us in.
///
/// On the loop.
struct Authenticator {
  let transport: SSHTransport
  let loop: Loop
  /// The host, for messages.
  let host: String

  /// Logs in.
  ///
  /// - Parameters:
  ///   - logins: The ways, in their order.
  ///   - scope: How long.
  /// - Throws: Why none of them works, with what was said of each.
  func run(_ logins: [LoginInputs.Login], _ scope: Scope) async throws(DriverError) {
    var refusals: [DriverError] = []
    var allowed: [String: [String]] = [:]
    for login in logins {
      if allowed[login.user] == nil { allowed[login.user] = try await methods(login.user, scope) }
      if isAuthenticated { return }
      do throws(DriverError) {
        try await attempt(login, allowed[login.user] ?? [], scope)
        return
      } catch {
        guard error.code == .unauthenticated || error.code == .unsupported else { throw error }
        refusals.append(error)
      }
    }
    throw refused(refusals, logins)
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
      try await KeyLogin(transport: transport, loop: loop, host: host).run(login, key, scope)
    case .agent(let socket, let key):
      try require("publickey")
      try await AgentLogin(transport: transport, loop: loop, host: host)
        .run(login, socket: socket, key: key, scope)
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
    if let unknown = questions.unanswered {
      error.message =
        "\(host) asks \(login.user) `\(unknown)`, and there is no answer to it: add one to answers"
    }
    throw error
  }

  // MARK: - Refusals

  private func refusal(_ status: Int, _ login: LoginInputs.Login, _ what: String) -> DriverError {
    var error = transport.failure(status, "\(host) does not take \(what) of \(login.user)")
    if error.code == .unauthenticated {
      error.message = "\(host) does not take \(what) of \(login.user)"
    }
    error.pointer = login.pointer
    return error
  }

  private func refused(_ refusals: [DriverError], _ logins: [LoginInputs.Login]) -> DriverError {
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
    }
    return error
  }
}

/// A place for what a function finds.
final class Found<Value> {
  var value: Value?
}
