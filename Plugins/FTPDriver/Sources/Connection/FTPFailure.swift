internal import CCurl
internal import CurlKit
internal import DriverKit
internal import FileKit
internal import TransferKit

/// Why a request was not carried out: what libcurl says of it, and what the server has said.
struct FTPFailure {
  private let host: String
  private let request: FTPRequest
  private let reply: FTPReply?
  private let address: AddressInputs
  /// Whether the server has let us in.
  private let isLoggedIn: Bool
  /// Whether a data connection was agreed about.
  private let hasData: Bool
  /// Whether the server has begun to send or to take a file.
  private let hasBegun: Bool
  /// Whether it has said that all of the file is there.
  private let isConfirmed: Bool
  private let verifyResult: Int
  private let moved: UInt64

  init(_ connection: FTPConnection, _ request: FTPRequest) {
    host = connection.host
    address = connection.address
    self.request = request
    reply = connection.replies.last
    let codes = connection.replies.map(\.code)
    isLoggedIn = connection.hasLoggedIn || codes.contains(230)
    hasData = codes.contains(227) || codes.contains(229)
    hasBegun = codes.contains(125) || codes.contains(150)
    isConfirmed = codes.contains(226) || codes.contains(250)
    verifyResult = connection.verifyResult
    moved = connection.moved
  }

  /// The error for what libcurl says.
  func error(_ cause: CurlError) -> DriverError {
    var error = plain(cause)
    // What the server has said stands in the message.
    if error.detail.isEmpty, error.status == 0 {
      error.detail = "\(cause.text) (CURLcode \(cause.code.rawValue))"
    }
    if error.status == 0, let reply { error.status = Int32(reply.code) }
    return error
  }

  private func plain(_ cause: CurlError) -> DriverError {
    if let cause = cause.cause { return cause }
    if let error = aboutTLS(cause) { return error }
    // Of a login that asks for more, the last reply is 331 or 332.
    if let reply, reply.code >= 400 || cause.code == CURLE_LOGIN_DENIED, !isCut(cause, reply) {
      return answered(reply)
    }
    switch cause.code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return DriverError(
        .dns,
        "the name of \(host) has no address: check the input host",
        pointer: "/host",
        isRetryable: true
      )
    case CURLE_COULDNT_CONNECT where !isLoggedIn, CURLE_PROXY where !isLoggedIn:
      return DriverError(
        .unavailable,
        "\(place) takes no connection: check the address, and whether an FTP server listens there",
        pointer: address.proxy == nil ? "/host" : "/proxy",
        isRetryable: true
      )
    case CURLE_OPERATION_TIMEDOUT where !isLoggedIn:
      return DriverError(
        .timedOut,
        "\(place) did not let us in within \(address.connectTimeout) s, which is connect_timeout: check the address, and whether an FTP server listens there\(implicitHint)",
        pointer: "/connect_timeout",
        isRetryable: true
      )
    case CURLE_COULDNT_CONNECT, CURLE_FTP_ACCEPT_FAILED, CURLE_FTP_ACCEPT_TIMEOUT,
      CURLE_OPERATION_TIMEDOUT where hasData && !hasBegun:
      return noData
    case CURLE_FTP_WEIRD_PASV_REPLY, CURLE_FTP_WEIRD_227_FORMAT, CURLE_FTP_CANT_GET_HOST,
      CURLE_FTP_PORT_FAILED:
      return noData
    case CURLE_WEIRD_SERVER_REPLY where reply == nil:
      return DriverError(
        .malformed,
        "\(host) does not speak FTP: check the port\(implicitHint)",
        pointer: "/port"
      )
    case CURLE_RECV_ERROR where cause.text.contains("Too large response"):
      return DriverError(
        .malformed,
        "\(what): \(host) says more in answer to one request than the 300 KiB that libcurl takes",
        pointer: request.pointer
      )
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
      CURLE_OPERATION_TIMEDOUT, CURLE_WEIRD_SERVER_REPLY:
      return cut
    case CURLE_OUT_OF_MEMORY: return DriverError(.unavailable, "there is no memory left")
    default:
      return DriverError(
        isLoggedIn ? .failure : .connectionLost,
        "\(what): \(cause.text)",
        pointer: request.pointer
      )
    }
  }

  /// Whether the connection has ended, and not for what was said last: that a command was refused which may be, such as
  /// SIZE, ends nothing.
  private func isCut(_ cause: CurlError, _ reply: FTPReply) -> Bool {
    guard isLoggedIn, !hasBegun, reply.code != 421 else { return false }
    return [CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING].contains(cause.code)
  }

  /// The error of a reply that says no.
  private func answered(_ reply: FTPReply) -> DriverError {
    if isLoggedIn { return FTPFailure.refusal(reply, request, address) }
    var login = FTPRequest(request.work, .logIn, request.path, "")
    login.refused = request.refused
    var error = FTPFailure.refusal(reply, login, address)
    if ReplyWording.isCrowded(reply.words) { error.code = .rateLimited }
    return error
  }

  /// The error of a reply to a command that says no.
  ///
  /// - Parameters:
  ///   - reply: The reply.
  ///   - request: What it answers.
  ///   - address: Who says so.
  /// - Returns: The error.
  static func refusal(
    _ reply: FTPReply,
    _ request: FTPRequest,
    _ address: AddressInputs
  ) -> DriverError {
    let hasFile = request.purpose != .quote && request.purpose != .logIn
    let fault = ReplyFault(
      request.purpose,
      hasFile ? request.path : nil,
      reply: reply,
      usesTLS: address.tls.mode != .off && address.tls.protectsData
    )
    let isLogin = fault.code == .authentication
    var error = DriverError(
      fault.code,
      "\(address.name): \(fault)",
      pointer: isLogin ? "/authentication" : request.pointer
    )
    // Nothing is wrong with name and password where they were not looked at.
    if isLogin, address.tls.mode == .off, ReplyWording.wantsTLS(reply.words) {
      error.pointer = "/tls/mode"
    }
    error.isRetryable = fault.mayPass
    error.status = Int32(reply.code)
    return error
  }

  /// What it was about, for people.
  private var what: String {
    let hasPath = request.purpose != .logIn && !request.path.bytes.isEmpty
    let name = hasPath ? " \(request.path.text)" : ""
    return "\(host): cannot \(request.purpose.rawValue)\(name)"
  }

  /// What is connected to first.
  private var place: String {
    address.proxy.map { "\(host), through the proxy \($0.url)," } ?? host
  }

  private var implicitHint: String {
    switch address.tls.mode {
    case .implicit: "; tls.mode implicit is for ports where TLS begins at once, such as 990"
    case .explicit, .off:
      address.port == 990 ? "; port 990 is usually one for tls.mode implicit" : ""
    }
  }

  /// The error of a server that has said nothing for so long.
  ///
  /// - Parameter seconds: How long.
  /// - Returns: The error.
  func silence(_ seconds: Double) -> DriverError {
    if isLoggedIn, hasData, !hasBegun { return noData }
    let waited = hasBegun ? "sent nothing more" : "did not answer"
    var error = DriverError(
      .timeout,
      "\(what): \(host) \(waited) for \(seconds) s, which is socket_timeout",
      pointer: "/socket_timeout"
    )
    error.isRetryable = true
    return error
  }

  /// The error of a transfer of which the server has not said that it was all.
  var unconfirmed: DriverError {
    var error = DriverError(
      .connectionLost,
      "\(what): \(host) has not said that the transfer was completed, after \(moved) bytes",
      pointer: request.pointer
    )
    error.isRetryable = true
    return error
  }

  private var noData: DriverError {
    let hint =
      address.data.isActive
      ? "the server could not connect back: a firewall or a router with address translation may be in between, where data_connection.mode passive works"
      : "a firewall may let its control port through only\(address.data.trustsAddress ? "; or the address that it names is not the one it is reached by: set data_connection.trust_address to false" : ""); its passive ports have to be open too"
    var error = DriverError(
      .connectionLost,
      "\(what): the data connection could not be opened: \(hint)",
      pointer: "/data_connection"
    )
    error.isRetryable = true
    return error
  }

  private var cut: DriverError {
    let hasTLS = address.tls.mode != .off && address.tls.protectsData
    // Of some requests a server tells the reason only where nobody reads it any more.
    let reuse =
      hasTLS && hasBegun && !isConfirmed && (moved == 0 || !address.tls.reusesSessions)
      ? "; servers that want data connections to go on with the TLS session of their control connection do so where that is not the case: see tls.session_reuse"
      : ""
    var room = ""
    // libcurl does not wait for the reply to a file that it can send no more of.
    if case .write = request.work, moved > 0, !isConfirmed {
      room = "; perhaps the server's disk is full, or its limit to the size of files is reached"
    }
    var error = DriverError(
      .connectionLost,
      hasBegun
        ? "\(what): the connection was cut after \(moved) bytes\(reuse)\(room)"
        : "\(what): \(host) has ended the connection",
      pointer: request.pointer
    )
    error.isRetryable = true
    return error
  }

  // MARK: - TLS

  private func aboutTLS(_ cause: CurlError) -> DriverError? {
    switch cause.code {
    case CURLE_USE_SSL_FAILED:
      return DriverError(
        .tls,
        "\(host) has no TLS\(reply.map { " (\($0.code) \($0.text))" } ?? ""): have it enabled there; or set tls.mode to off, where the password and all files may be read by whoever is in between",
        pointer: "/tls/mode"
      )
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return DriverError(
        .tls,
        "\(host): the server's public key is none of tls.pinned_public_keys: somebody may be in between; if the server has a new key, give its digest",
        pointer: "/tls/pinned_public_keys"
      )
    case CURLE_SSL_CERTPROBLEM where address.tls.identity != nil:
      return DriverError(
        .invalidInput,
        "the client certificate or its key cannot be used: check that both are PEM text, that the key is the certificate's, and its passphrase",
        pointer: "/tls/certificate"
      )
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
      return DriverError(
        .invalidInput,
        "the authorities of tls hold no certificate that can be read: give PEM text",
        pointer: address.tls.authoritiesFile == nil ? "/tls/ca" : "/tls/ca_file"
      )
    case CURLE_PEER_FAILED_VERIFICATION:
      return DriverError(.tls, "\(host): \(verification(cause))", pointer: "/tls")
    case CURLE_SSL_CONNECT_ERROR:
      // A cut looks the same as a server that hangs up on what it does not take.
      let cuts = ["SYSCALL", "unexpected eof", "reset by peer"]
      let isCut = cuts.contains(where: cause.text.contains)
      return DriverError(
        .tls,
        "\(host): no agreement on TLS\(isCut ? ", since the connection was ended meanwhile" : ""): check that tls.mode is right for the port, and which versions and ciphers the server takes\(implicitHint)",
        pointer: "/tls",
        isRetryable: isCut
      )
    default: return nil
    }
  }

  /// OpenSSL's verify results (X509_V_ERR_…, in verify(1)).
  private func verification(_ cause: CurlError) -> String {
    let trust = "if it can be trusted, give the authority that signed it by tls.ca or tls.ca_file"
    switch verifyResult {
    case 10: return "the server's certificate has expired: it must be renewed on the server"
    case 9: return "the server's certificate is not valid yet: check the clocks of both machines"
    case 18: return "the server's certificate is self-signed: \(trust)"
    case 19, 20, 21:
      return "nobody whom this machine trusts has signed the server's certificate: \(trust)"
    case 23: return "the server's certificate was revoked: it must be renewed on the server"
    default:
      return cause.text.contains("subject name")
        ? "the server's certificate is for another name than \(address.host): use a name that it is for"
        : "the server's certificate is not trusted: \(trust)"
    }
  }
}
