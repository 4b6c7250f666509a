internal import DriverKit
internal import HTTPKit

/// What a server of this interface says of a failure.
///
/// OpenAI's form is `{"error": {"message", "type", "code", "param"}}`; other servers have a text in its place, or the
/// members without the map around them, or `detail`.
struct APIError {
  /// What happened, in the server's words; empty where it says nothing.
  var message = ""
  var type = ""
  var code = ""
  /// The member of the body that is at fault.
  var parameter = ""

  /// An error of which nothing is known.
  init() {}

  /// The error that a document tells of; nil if it tells of none.
  init?(_ document: JSONDocument, at pointer: String = "/error") {
    if let range = document.range(pointer), document.kind(range) == .object {
      self.init(members: document, within: range)
    } else if let text = document.text(pointer) {
      self.init()
      message = text
    } else {
      return nil
    }
  }

  /// The error of an answer whose status is no success.
  init(answer document: JSONDocument?) {
    self.init()
    guard let document else { return }
    if let error = APIError(document) {
      self = error
    } else {
      self.init(members: document, within: nil)
      if message.isEmpty { message = document.text("/detail") ?? "" }
      if message.isEmpty { message = document.text("/detail/0/msg") ?? "" }
    }
  }

  private init(members document: JSONDocument, within range: Range<Int>?) {
    message = document.text("/message", within: range) ?? ""
    type = document.text("/type", within: range) ?? ""
    parameter = document.text("/param", within: range) ?? ""
    if let place = document.range("/code", within: range) {
      // Some servers give a number.
      code = JSONScanner.scalarText(of: place, in: document.bytes.span) ?? ""
    }
  }

  /// The most exact name that there is; empty where there is none.
  var name: String { code.isEmpty ? type : code }

  /// Whether there is nothing left to pay with, so that waiting does not help.
  var isQuotaExceeded: Bool {
    let names = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]
    return names.contains(code) || names.contains(type)
  }

  /// Whether the server failed, or was asked too often, rather than that something is wrong with the request.
  ///
  /// For errors that come without a status: inside of a stream, and of a response that has failed.
  var isPassing: Bool {
    let names = [
      "server_error", "internal_error", "internal_server_error", "overloaded_error",
      "rate_limit_exceeded", "rate_limit_error", "service_unavailable", "timeout",
      "vector_store_timeout",
    ]
    return !isQuotaExceeded && (names.contains(code) || names.contains(type))
  }

  /// The server's words, without keys, in one line and not without bound.
  func words(_ key: KeyMask) -> String {
    var text = key.masking(message).split(whereSeparator: \.isNewline).joined(separator: " ")
    if text.unicodeScalars.count > 1000 {
      text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(1000))) + "…"
    }
    while text.last == "." || text.last == " " { text.removeLast() }
    return text
  }

  /// The error as a call ends with it.
  ///
  /// - Parameters:
  ///   - code: What sort of failure it is.
  ///   - what: What happened, as far as the server's words do not say it.
  ///   - cure: What to do; empty where nothing is known.
  ///   - inputs: The inputs of the call.
  /// - Returns: The error, without a status and not retryable.
  func error(
    _ code: DriverError.Code,
    _ what: String,
    cure: String,
    _ inputs: OPENAIInputs
  ) -> DriverError {
    let words = words(inputs.key)
    let name = inputs.key.masking(self.name)
    var text = what
    if !words.isEmpty { text += ": \(words)" }
    if !name.isEmpty { text += " (\(name))" }
    if !cure.isEmpty { text += "; \(cure)" }
    var error = DriverError(code, text)
    error.vendorState = name
    error.details = [
      "type": OutputValue(type.isEmpty ? nil : inputs.key.masking(type)),
      "code": OutputValue(self.code.isEmpty ? nil : inputs.key.masking(self.code)),
      "param": OutputValue(parameter.isEmpty ? nil : inputs.key.masking(parameter)),
    ]
    return error
  }

  /// The input that the server finds at fault; empty where that is not known.
  func pointer(_ inputs: OPENAIInputs) -> String {
    let name = parameter.prefix { $0 != "." && $0 != "[" }
    return inputs.pointers[String(name)] ?? ""
  }
}
