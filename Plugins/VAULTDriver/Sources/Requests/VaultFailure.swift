internal import DriverKit
internal import HTTPKit

/// What an error is about: what was to be done, and by which input.
struct VaultSubject {
  /// What was to be done, such as `read the secret "app/db" of the engine "secret"`.
  var task: String
  /// What is there where nothing is, such as `a secret at "app/db" in the engine "secret"`.
  var thing: String
  /// The input at fault where it is not there, or must not be touched.
  var pointer = "/path"
  /// Whether the request holds what must not be shown, which a server's words may repeat.
  var isSecret = false
  /// Whether it may be sent again.
  var isRepeatable = true
}

/// Answers that are no success.
enum VaultFailure {
  /// The error of an answer.
  ///
  /// - Parameters:
  ///   - answer: The answer.
  ///   - subject: What was asked for.
  ///   - inputs: The inputs of the call.
  ///   - server: What messages call the server.
  /// - Returns: What the call ends with.
  static func error(
    _ answer: VaultAnswer,
    _ subject: VaultSubject,
    _ inputs: VaultInputs,
    server: String
  ) -> DriverError {
    var error: DriverError
    switch answer.status {
    case 400, 422: error = invalid(answer, subject, inputs)
    case 401:
      error = DriverError(
        .unauthenticated,
        "\(server) does not know who asks: check authentication",
        pointer: "/authentication"
      )
    case 403: error = forbidden(subject, inputs)
    case 404, 410: error = missing(answer, subject, inputs)
    case 405, 501:
      error = DriverError(
        .unsupported,
        "\(server) cannot \(subject.task) (\(StatusError.name(answer.status)))\(words(answer, subject, inputs)): check engine_path and what kind of engine is there",
        pointer: "/engine_path"
      )
    case 413:
      error = DriverError(.tooLarge, "\(server) takes no request of that size: send less")
    case 300..<400:
      error = DriverError(
        .unavailable,
        "\(server) leads elsewhere (\(StatusError.name(answer.status))) and does not say where: set url to the address of the active node",
        pointer: "/url"
      )
    default:
      return passing(
        answer,
        during: "the request to \(subject.task)",
        server: server,
        isRepeatable: subject.isRepeatable,
        words: words(answer, subject, inputs)
      )
    }
    error.status = Int32(answer.status)
    return error
  }

  /// The error of an answer that has nothing to do with what was asked.
  ///
  /// - Parameters:
  ///   - answer: The answer.
  ///   - during: What was going on.
  ///   - server: What messages call the server.
  ///   - isRepeatable: Whether the request may be sent again.
  ///   - words: What the server says of it.
  /// - Returns: What the call ends with.
  static func passing(
    _ answer: VaultAnswer,
    during: String,
    server: String,
    isRepeatable: Bool,
    words: String = ""
  ) -> DriverError {
    let (code, cure): (DriverError.Code, String) =
      switch answer.status {
      case 429: (.rateLimited, "send fewer requests, or wait")
      case 412, 472, 473:
        (
          .unavailable,
          "the node is behind the others, or a standby; try again, or set url to the active node"
        )
      case 408, 504:
        (.timedOut, "try again later, and look at what stands between here and the server")
      case 502, 503: (.unavailable, "try again later; if it stays so, look into the server's log")
      default: (.remoteFailure, "look into the server's log")
      }
    var error = DriverError(
      code,
      "\(server) answered \(StatusError.name(answer.status)) to \(during)\(words): \(cure)"
    )
    error.status = Int32(answer.status)
    error.isRetryable =
      [408, 412, 429, 472, 473, 500, 502, 503, 504].contains(answer.status) && isRepeatable
    if error.isRetryable { error.retryAfter = answer.retryAfter }
    return error
  }

  /// The error of a server that is sealed.
  static func sealed(_ server: String) -> DriverError {
    var error = DriverError(
      .unavailable,
      "\(server) is sealed, so that it can decrypt nothing: unseal it, or ask whoever runs it",
      pointer: "/url"
    )
    error.status = 503
    error.vendorState = "sealed"
    // Somebody may unseal it, but not within the time that a call is made again.
    error.isRetryable = false
    return error
  }

  // MARK: - By status

  private static func invalid(
    _ answer: VaultAnswer,
    _ subject: VaultSubject,
    _ inputs: VaultInputs
  ) -> DriverError {
    let text = answer.errors.joined(separator: "; ")
    if text.contains("check-and-set parameter did not match") {
      var error = DriverError(
        .conflict,
        "cannot \(subject.task): cas is not its current version, so somebody else has written it meanwhile; read it again, and write with its version",
        pointer: "/cas"
      )
      error.vendorState = "cas_mismatch"
      return error
    }
    if text.contains("check-and-set parameter required") {
      return DriverError(
        .invalidInput,
        "cannot \(subject.task): the secret or its engine wants cas with each write; give the current version, or 0 where there is none",
        pointer: "/cas"
      )
    }
    return DriverError(
      .invalidInput,
      "cannot \(subject.task): the server does not take the request (\(StatusError.name(answer.status)))\(words(answer, subject, inputs)); check the inputs"
    )
  }

  private static func forbidden(_ subject: VaultSubject, _ inputs: VaultInputs) -> DriverError {
    let place = inputs.namespace.isEmpty ? "" : " in the namespace \(inputs.namespace)"
    let token = inputs.login.isRepeatable ? "" : " or the token is not valid any more,"
    var error = DriverError(
      .forbidden,
      "may not \(subject.task)\(place): no policy of who asks allows it,\(token) or there is no such engine; check the policies, engine_path and authentication",
      pointer: subject.pointer
    )
    error.vendorState = "permission_denied"
    return error
  }

  private static func missing(
    _ answer: VaultAnswer,
    _ subject: VaultSubject,
    _ inputs: VaultInputs
  ) -> DriverError {
    let text = answer.errors.joined(separator: "; ")
    let place = inputs.namespace.isEmpty ? "" : " in the namespace \(inputs.namespace)"
    var error: DriverError
    if answer.isAboutVersion {
      error = DriverError(
        .notFound,
        "cannot \(subject.task)\(place): the engine is of version 2; leave kv_version out, or set it to 2",
        pointer: "/kv_version"
      )
    } else if text.contains("no handler for route") {
      error = DriverError(
        .notFound,
        "cannot \(subject.task)\(place): there is no engine at that path; check engine_path and namespace",
        pointer: "/engine_path"
      )
    } else if let deleted = deleted(answer) {
      error = DriverError(
        .notFound,
        "cannot \(subject.task)\(place): version \(deleted)",
        pointer: subject.pointer
      )
    } else {
      error = DriverError(
        .notFound,
        "there is no \(subject.thing)\(place): check the path, engine_path and kv_version",
        pointer: subject.pointer
      )
    }
    error.vendorState = "missing_path"
    return error
  }

  /// That a version was there, and what has become of it; nil: there was none.
  private static func deleted(_ answer: VaultAnswer) -> String? {
    guard let document = answer.document, let version = document.scalar("/data/metadata/version")
    else { return nil }
    if document.scalar("/data/metadata/destroyed") == "true" {
      return "\(version) was destroyed, and cannot be had back; read another version"
    }
    let time = document.text("/data/metadata/deletion_time") ?? ""
    return
      "\(version) was deleted\(time.isEmpty ? "" : " at \(time)"); undelete it, or read another version"
  }

  /// The server's words where they can hold nothing secret, in one line and not without bound.
  private static func words(
    _ answer: VaultAnswer,
    _ subject: VaultSubject,
    _ inputs: VaultInputs
  ) -> String {
    if subject.isSecret { return "" }
    let text = answer.errors.joined(separator: "; ").split(whereSeparator: { $0.isWhitespace })
      .joined(separator: " ")
    if text.isEmpty || inputs.login.secrets.contains(where: { text.contains($0) }) { return "" }
    let limit = 300
    return text.count > limit ? ": \(text.prefix(limit))…" : ": \(text)"
  }
}
