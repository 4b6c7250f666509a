internal import DriverKit

/// What an SQLSTATE means to whoever made the call.
///
/// The states are those of ISO/IEC 9075 and of the ODBC reference, Appendix A, with what PostgreSQL has of its own.
struct SQLState: Sendable, Hashable {
  /// Five characters, of which the first two are the class.
  let text: String

  init(_ text: String) { self.text = text }

  /// What it comes to.
  struct Meaning {
    var code: DriverError.Code
    /// What to do, where the state tells.
    var advice: String?
    /// Whether the same call may work later and trying again does no harm.
    var isRetryable = false
    /// Whether the connection is not to be used again.
    var breaksSession = false
    /// Whether what was asked for is at fault.
    var isOfInput = false
  }

  /// Its meaning; that of its class where it has none of its own.
  var meaning: Meaning {
    SQLState.states[text] ?? SQLState.classes[String(text.prefix(2))]
      ?? Meaning(code: .remoteFailure)
  }

  private static let unreachable = Meaning(
    code: .unavailable,
    isRetryable: true,
    breaksSession: true
  )

  private static let states: [String: Meaning] = [
    "IM002": Meaning(
      code: .notFound,
      advice: "the action `drivers` lists the drivers and data sources that are installed"
    ),
    // All that the driver manager says of a driver that is neither installed nor a file.
    "01000": Meaning(
      code: .notFound,
      advice:
        "the action `drivers` lists the drivers that are installed, and what is missing of them"
    ),
    "IM003": Meaning(
      code: .unavailable,
      advice: "a library of the driver may be missing: the action `drivers` says which"
    ),
    "IM004": Meaning(code: .unavailable), "IM005": Meaning(code: .unavailable),
    "IM001": Meaning(code: .unsupported), "IM006": Meaning(code: .unsupported),
    "HYC00": Meaning(code: .unsupported), "0A000": Meaning(code: .unsupported),
    "HYT00": Meaning(code: .timedOut, isRetryable: true),
    "HYT01": Meaning(code: .timedOut, isRetryable: true, breaksSession: true),
    "HY008": Meaning(code: .cancelled), "HY018": Meaning(code: .cancelled),
    "57014": Meaning(code: .cancelled),
    "57P01": unreachable, "57P02": unreachable, "57P03": unreachable,
    "25006": Meaning(code: .forbidden, advice: "nothing may be changed here", isOfInput: true),
    "42501": Meaning(code: .forbidden, advice: "the user has no right to do it", isOfInput: true),
    "42S02": Meaning(code: .notFound, isOfInput: true),
    "42P01": Meaning(code: .notFound, isOfInput: true),
    "42S01": Meaning(code: .conflict, isOfInput: true),
    "42P07": Meaning(code: .conflict, isOfInput: true),
    "40002": Meaning(code: .conflict),
    "53300": Meaning(
      code: .rateLimited,
      advice: "the server has no connection left",
      isRetryable: true
    ),
    "HY001": Meaning(code: .tooLarge), "HY014": Meaning(code: .tooLarge),
    "3D000": Meaning(code: .notFound, advice: "there is no such database", isOfInput: true),
  ]

  private static let classes: [String: Meaning] = [
    "08": unreachable,
    "22": Meaning(code: .invalidInput, isOfInput: true),
    "07": Meaning(code: .invalidInput, isOfInput: true),
    "21": Meaning(code: .invalidInput, isOfInput: true),
    "37": Meaning(code: .invalidInput, isOfInput: true),
    "42": Meaning(code: .invalidInput, isOfInput: true),
    "23": Meaning(code: .conflict, isOfInput: true),
    "40": Meaning(code: .conflict, isRetryable: true),
    "28": Meaning(code: .unauthenticated, advice: "check user name and password"),
    "53": Meaning(code: .unavailable, isRetryable: true),
    "57": Meaning(code: .unavailable, isRetryable: true),
  ]
}
