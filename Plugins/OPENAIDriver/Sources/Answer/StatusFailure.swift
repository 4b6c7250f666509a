internal import CCurl
internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// Answers whose status is no success.
enum StatusFailure {
  /// The error of an answer.
  ///
  /// - Parameters:
  ///   - exchange: Has an answer.
  ///   - document: Its body, where that is JSON.
  ///   - limits: What its headers say.
  ///   - inputs: The inputs of the call.
  /// - Returns: What the call ends with.
  static func error(
    of exchange: Exchange,
    _ document: JSONDocument?,
    _ limits: RateLimit?,
    _ inputs: OPENAIInputs
  ) -> DriverError {
    let status = exchange.status
    let cause = APIError(answer: document)
    let request = exchange.request
    let isQuota = status == 429 && cause.isQuotaExceeded
    let wait = isQuota ? nil : wait(exchange, limits)
    var error = cause.error(
      code(status, cause),
      "\(request.method) \(request.url.display) answered \(StatusError.name(status))",
      cure: cure(status, cause, inputs, wait: wait),
      inputs
    )
    error.status = Int32(status)
    error.pointer = pointer(status, cause, inputs)
    error.isRetryable =
      ([408, 409, 425, 429].contains(status) || status >= 500 && status != 501 && status != 505)
      && !isQuota && request.isIdempotent
    if error.isRetryable, let wait { error.retryAfter = .seconds(wait) }
    return error
  }

  /// How long to wait, in seconds; nil where that is not known.
  private static func wait(_ exchange: Exchange, _ limits: RateLimit?) -> Double? {
    if let seconds = limits?.retryAfter { return seconds }
    let seconds = exchange.handle?.transfer.easy.offset(CURLINFO_RETRY_AFTER) ?? 0
    if seconds > 0 { return Double(seconds) }
    return exchange.status == 429 ? limits?.reset : nil
  }

  private static func code(_ status: Int, _ cause: APIError) -> DriverError.Code {
    switch status {
    case 400, 422: cause.code == "context_length_exceeded" ? .tooLarge : .invalidInput
    case 401, 407: .unauthenticated
    case 403: .forbidden
    case 404, 410: .notFound
    case 409: .conflict
    case 408, 504: .timedOut
    case 413: .tooLarge
    case 429: .rateLimited
    case 405, 501, 505: .unsupported
    // 529: overloaded, at some servers.
    case 502, 503, 529: .unavailable
    default: .remoteFailure
    }
  }

  private static func isAboutModel(_ cause: APIError, _ inputs: OPENAIInputs) -> Bool {
    if inputs.model.isEmpty { return false }
    return cause.code == "model_not_found" || cause.parameter == "model"
      || cause.message.contains(inputs.model)
  }

  private static func pointer(
    _ status: Int,
    _ cause: APIError,
    _ inputs: OPENAIInputs
  ) -> String {
    switch status {
    case 401: return "/api_key"
    case 404 where isAboutModel(cause, inputs): return "/mode/model"
    case 300..<400: return "/base_url"
    default: return cause.pointer(inputs)
    }
  }

  private static func cure(
    _ status: Int,
    _ cause: APIError,
    _ inputs: OPENAIInputs,
    wait: Double?
  ) -> String {
    let waiting = wait.map { "; the server asks to wait \(String(($0 * 1000).rounded() / 1000)) s" }
    switch status {
    case 300..<400: return "redirects are not followed: set base_url to where the server is now"
    case 400 where cause.code == "context_length_exceeded":
      return "shorten what is sent, or take a model that holds more"
    case 401: return "check api_key, and that it belongs to the server of base_url"
    case 403:
      return
        "check what api_key may do, its organization and project, and whether the server is offered where it is asked from"
    case 404 where isAboutModel(cause, inputs):
      return "check mode.model: the mode list_models gives those that the key may use"
    case 404 where inputs.mode == .request: return "check mode.path"
    case 404: return "check base_url, whose path is often /v1, and whether the server has this mode"
    case 429 where cause.isQuotaExceeded:
      return "waiting does not help: check the plan and the limits of the account"
    case 429: return "send fewer requests, or wait\(waiting ?? "")"
    case 500...: return "the server failed; try again later\(waiting ?? "")"
    default: return ""
    }
  }
}
