internal import DriverKit

/// What is said to a proxy, and how its answers are understood, until it has made a connection.
///
/// Nothing of it waits: whoever has the bytes hands them over.
protocol ProxyDialogue {
  /// What is said first.
  var opening: [UInt8] { get }

  /// Takes bytes of the proxy's answer, as they come.
  ///
  /// What is behind the answer is the server's, which speaks as soon as there is a connection: it is left there.
  ///
  /// - Parameter bytes: The bytes; those that were understood are taken from its beginning, all of them unless the
  ///   connection is made.
  /// - Throws: That the proxy makes no connection and why, or that it does not speak as it should.
  /// - Returns: What is said next.
  mutating func take(_ bytes: inout ArraySlice<UInt8>) throws(DriverError) -> ProxyStep
}

/// How a dialogue with a proxy goes on.
enum ProxyStep: Equatable {
  /// There must be more of the answer.
  case wait
  /// These bytes are sent, and the answer to them is waited for.
  case say([UInt8])
  /// The connection is made.
  case done
}

/// What the messages of a dialogue name.
struct ProxyNames: Sendable {
  /// The proxy's URL.
  let proxy: String
  /// The server that is wanted of it, and its port.
  let target: String

  /// The error of a proxy that makes no connection.
  func refusal(
    _ code: DriverError.Code,
    _ why: String,
    pointer: String = "/proxy",
    isRetryable: Bool = false
  ) -> DriverError {
    DriverError(
      code,
      "the proxy \(proxy) makes no connection to \(target): \(why)",
      pointer: pointer,
      isRetryable: isRetryable
    )
  }

  /// The error of a proxy that does not speak its protocol.
  func nonsense(_ what: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "the proxy \(proxy) does not answer as one should to the wish for \(target): \(what). Check its scheme and port",
      pointer: "/proxy/url"
    )
  }
}
