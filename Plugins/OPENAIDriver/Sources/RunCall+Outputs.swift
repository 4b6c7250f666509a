internal import CCurl
internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// What a call puts out of its answer.
extension RunCall {
  /// Sets the outputs to what there is of the answer.
  ///
  /// - Parameter error: Why the transfer has failed; nil: it has not.
  /// - Returns: What the call ends with; nil: success.
  func putOut(_ error: DriverError?) -> DriverError? {
    guard exchange.hasHead, let handle = exchange.handle else { return error }
    let (limits, id) = handle.head.bytes.withSpan { head in
      let fields = ResponseHead.fields(head)
      return (RateLimit(head, fields), ResponseHead.value("x-request-id", in: head, fields))
    }
    var result = error
    do throws(DriverError) {
      if case .events(var events) = reading {
        result = try putOutStream(&events, after: error)
      } else if case .whole = reading {
        result = try putOutWhole(handle, limits, after: error)
      }
    } catch let refusal {
      // Of two reasons the first one counts.
      result = error ?? refusal
    }
    do throws(DriverError) {
      try putOutHead(handle, limits, id: id)
    } catch let refusal {
      result = result ?? refusal
    }
    return result
  }

  private func putOutHead(
    _ handle: RequestHandle,
    _ limits: RateLimit,
    id: String?
  ) throws(DriverError) {
    try call.output("status_code", .int(Int64(exchange.status)))
    try call.output("request_id", OutputValue(id))
    try call.output("rate_limit", limits.output)
    Timing(handle, lookUp: exchange.lookUpTime, began: exchange.began)
      .write(to: &exchange.client.builder)
    try call.output("timing", &exchange.client.builder)
  }

  private func putOutWhole(
    _ handle: RequestHandle,
    _ limits: RateLimit,
    after error: DriverError?
  ) throws(DriverError) -> DriverError? {
    let body = handle.body.withSpan { bytes in bytes.indices.map { bytes[$0] } }
    let isFine = (200..<300).contains(exchange.status)
    // Errors may repeat the key.
    guard error == nil, let document = JSONDocument(body) else {
      if !body.isEmpty { try putOutBody(isFine ? body : inputs.key.masking(body)) }
      if let error { return error }
      return isFine
        ? try putOutAnswer(nil) : StatusFailure.error(of: exchange, nil, limits, inputs)
    }
    guard isFine else {
      try call.output("response", json: inputs.key.masking(document.bytes).span)
      return StatusFailure.error(of: exchange, document, limits, inputs)
    }
    let failure = try putOutAnswer(document)
    if inputs.mode != .listModels, inputs.mode != .embeddings {
      try call.output("response", json: document.bytes.span)
    }
    return failure
  }

  private func putOutBody(_ body: [UInt8]) throws(DriverError) {
    if BodyText.isText(body.span) {
      try call.output("body", utf8: body.span)
    } else {
      try call.output("bytes", bytes: body.span)
    }
  }

  /// Puts out an answer in one piece.
  private func putOutAnswer(_ document: JSONDocument?) throws(DriverError) -> DriverError? {
    if inputs.mode == .request { return nil }
    guard let document else {
      throw DriverError(
        .protocolViolation,
        "\(exchange.request.url.display) answered \(StatusError.name(exchange.status)) with something else than JSON: check base_url, whose path is often /v1"
      )
    }
    let answers = Answers(document: document, call: call)
    switch inputs.mode {
    case .listModels:
      for id in try answers.putModels(prefix: inputs.prefix) { outlets.add(Array("\(id)\n".utf8)) }
    case .chat: outlets.add(Array(try answers.putChat().utf8))
    case .responses:
      outlets.add(Array(try answers.putResponse().utf8))
      return failure(of: document)
    case .embeddings:
      for vector in try answers.putEmbeddings() { outlets.add(vector + [UInt8(ascii: "\n")]) }
    case .request: break
    }
    return nil
  }

  /// Puts out what came of a stream.
  private func putOutStream(
    _ events: inout EventReading,
    after error: DriverError?
  ) throws(DriverError) -> DriverError? {
    if inputs.mode == .request { return error }
    var error = error
    if let failure = events.stream.failure {
      error = streamError(failure)
    } else if events.stream.isComplete {
      // What breaks off or is waited for behind the end was not needed any more.
      if isBreak(error) || error?.code == .timedOut { error = nil }
    } else if error == nil || isBreak(error) {
      error = DriverError(
        .protocolViolation,
        "the stream of \(exchange.request.url.display) was cut off before its end (\(events.stream.endMark)): what came until then is in the outputs; try again",
        detail: error?.detail ?? "",
        isRetryable: true
      )
    }
    let document = JSONDocument(events.stream.document)
    guard let document else {
      throw DriverError(.internal, "the answer could not be put together from its pieces")
    }
    let answers = Answers(document: document, call: call)
    if inputs.mode == .chat {
      _ = try answers.putChat(isWhole: error == nil)
    } else {
      _ = try answers.putResponse(isWhole: error == nil)
    }
    try call.output("response", json: document.bytes.span)
    return error
  }

  /// Whether the connection has ended in the middle, as libcurl says it.
  private func isBreak(_ error: DriverError?) -> Bool {
    error?.code == .protocolViolation && error?.vendorCode != 0
  }

  // MARK: - Errors with status 200

  /// The error of a response that has failed; nil: it has not.
  private func failure(of document: JSONDocument) -> DriverError? {
    guard document.text("/status") == "failed" || APIError(document) != nil else { return nil }
    return streamError(APIError(document) ?? APIError())
  }

  /// An error that came although the request was taken.
  private func streamError(_ failure: APIError) -> DriverError {
    let isQuota = failure.isQuotaExceeded
    let isRate = failure.name.hasPrefix("rate_limit")
    var error = failure.error(
      isQuota || isRate ? .rateLimited : .remoteFailure,
      "\(exchange.request.url.display) took the request, and failed while it answered",
      cure: isQuota
        ? "check the plan and the limits of the account" : "what came until then is in the outputs",
      inputs
    )
    error.status = Int32(exchange.status)
    error.isRetryable = failure.isPassing
    return error
  }
}
