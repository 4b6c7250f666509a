/// Why a call, or the making of a driver, failed.
public struct DriverError: Error, Sendable {
  /// What sort of failure it is: the codes of the driver ABI.
  public struct Code: Sendable, Hashable {
    private enum Name: UInt32, Sendable {
      case invalidInput = 1
      case unauthenticated, forbidden, notFound, conflict, rateLimited, timedOut, cancelled
      case unavailable, dns, tls, hostKey, protocolViolation, remoteFailure, tooLarge, unsupported
      case `internal`
    }

    private let name: Name

    private init(_ name: Name) { self.name = name }

    /// The code for a number of the ABI; `internal` for one that is not known.
    init(number: UInt32) { name = Name(rawValue: number) ?? .internal }

    /// The ABI's number, `DH_ERROR_…`.
    var number: UInt32 { name.rawValue }

    /// An input is wrong; `pointer` says which.
    public static let invalidInput = Code(.invalidInput)
    /// Who asks is not known: wrong or missing credentials.
    public static let unauthenticated = Code(.unauthenticated)
    /// Who asks is known and may not.
    public static let forbidden = Code(.forbidden)
    /// What is asked for does not exist.
    public static let notFound = Code(.notFound)
    /// It exists already, or has changed meanwhile.
    public static let conflict = Code(.conflict)
    /// Too many requests; `retryAfter` where it is known.
    public static let rateLimited = Code(.rateLimited)
    /// A wait of the driver ran out, or the call's deadline.
    public static let timedOut = Code(.timedOut)
    /// The call was stopped.
    public static let cancelled = Code(.cancelled)
    /// Refused, unreachable or overloaded; later may work.
    public static let unavailable = Code(.unavailable)
    /// A name has no address.
    public static let dns = Code(.dns)
    /// No trusted encrypted connection: certificate, protocol version, cipher.
    public static let tls = Code(.tls)
    /// An SSH host key is unknown or has changed.
    public static let hostKey = Code(.hostKey)
    /// The other side broke its protocol, or the connection was lost inside it.
    public static let protocolViolation = Code(.protocolViolation)
    /// The other side worked as it should and reports a failure.
    public static let remoteFailure = Code(.remoteFailure)
    /// Over a limit of size or count.
    public static let tooLarge = Code(.tooLarge)
    /// This driver, library or server cannot do it.
    public static let unsupported = Code(.unsupported)
    /// A fault in the driver.
    public static let `internal` = Code(.internal)
  }

  /// What sort of failure it is.
  public var code: Code
  /// For the user: what happened and what to do.
  ///
  /// Free of secrets.
  public var message: String
  /// For the engineer: all that is known.
  ///
  /// Free of secrets.
  public var detail: String
  /// JSON pointer (RFC 6901) of the input at fault; empty where there is none.
  public var pointer: String
  /// Whether the same call may work later and trying again does no harm.
  public var isRetryable = false
  /// When trying again may work; nil where that is not known.
  public var retryAfter: Duration?
  /// Whether the session must not be used again.
  public var isSessionBroken = false
  /// The protocol's own number: HTTP status, FTP reply, exit code.
  ///
  /// 0: none.
  public var status: Int32 = 0
  /// The library's or server's own number.
  ///
  /// 0: none.
  public var vendorCode: Int64 = 0
  /// The library's or server's own state, such as an SQLSTATE.
  public var vendorState = ""
  /// More that is known, as a tree.
  public var details: OutputValue?

  /// An error with a sentence for the user.
  ///
  /// - Parameters:
  ///   - code: What sort of failure it is.
  ///   - message: What happened and what to do. Free of secrets.
  ///   - detail: All that is known, for the engineer. Free of secrets.
  ///   - pointer: JSON pointer of the input at fault.
  ///   - isRetryable: Whether the same call may work later and trying again does no harm.
  public init(
    _ code: Code,
    _ message: String,
    detail: String = "",
    pointer: String = "",
    isRetryable: Bool = false
  ) {
    self.code = code
    self.message = message
    self.detail = detail
    self.pointer = pointer
    self.isRetryable = isRetryable
  }
}

extension DriverError: CustomStringConvertible {
  /// The sentence for the user.
  public var description: String { message }
}
