internal import DriverKit
internal import HTTPKit

/// The inputs of a request.
///
/// Names, types and defaults are the descriptor's.
struct RESTInputs {
  var request: HTTPRequest
  /// The statuses that are a success.
  var expected: StatusSet
  /// Nil: one request is all.
  var pagination: Pagination?
  /// How often an answer that breaks off is gone on with.
  var resumeLimit = 0

  /// The inputs of a call.
  ///
  /// - Parameters:
  ///   - inputs: As the host has completed them.
  ///   - memory: What is remembered of the request before.
  ///   - upload: The body from the channel; nil where nothing is connected to it.
  ///   - execution: What the call is one attempt of.
  ///   - isTest: Whether no body is sent in any case.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(
    _ inputs: borrowing InputMap,
    memory: RequestMemory = RequestMemory(),
    upload: RequestBody? = nil,
    execution: String = "",
    isTest: Bool = false
  ) throws(DriverError) {
    var url = try RESTInputs.url(inputs, memory)
    var arrays = Parameters.Arrays.repeated
    if let value = inputs["array_format"] { arrays = try Parameters.Arrays(value) }
    if let query = inputs["query"] { url.append(try Parameters(query, arrays)) }
    let method = try inputs.required("method").string().uppercased()
    expected = try StatusSet(inputs.required("expected_status_code").list())
    request = HTTPRequest(method, url, addressPointer: inputs["url"] == nil ? "/host" : "/url")
    if let value = inputs["headers"] { request.headers = try RequestHeaders(value) }
    if let cookies = try inputs["cookies"]?.map() { try request.headers.add(cookies: cookies) }
    request.body = try RequestBody.of(inputs, upload, arrays, isTest: isTest)
    try request.use(Credentials(inputs, isEncrypted: url.authority.isEncrypted))
    if let value = try inputs["tls"]?.map() { request.tls = try TLSSettings(value) }
    if let value = try inputs["network"]?.map() { request.network = try NetworkSettings(value) }
    request.timeouts = try Timeouts(inputs)
    if let map = try inputs["low_speed"]?.map() {
      request.lowSpeed = HTTPRequest.LowSpeed(
        bytesPerSecond: try map.required("bytes_per_second").int(in: 1...Int.max),
        seconds: try map.required("seconds").int(in: 1...86_400)
      )
    }
    request.cookieJar = try inputs["cookie_jar"]?.string() ?? ""
    if let value = inputs["resume_attempts"] { resumeLimit = try value.int(in: 0...1000) }
    if let value = try inputs["pagination"]?.map() { pagination = try Pagination(value) }
    if pagination != nil, resumeLimit > 0 {
      throw DriverError(
        .invalidInput,
        "pages are documents, which are asked for anew and not resumed: leave resume_attempts or pagination out",
        pointer: "/resume_attempts"
      )
    }
    request.mayBeRepeated = try inputs["idempotent"]?.bool()
    if let value = inputs["idempotency_key"] { try setIdempotencyKey(value, execution) }
    request.followsRedirects = try inputs.required("allow_redirects").bool()
    request.redirectLimit = try inputs.required("max_redirects").int(in: 0...100)
    request.responseLimit = try inputs.required("max_response_bytes").int(in: 0...Int.max)
    request.allowsCompression = try inputs.required("compression").bool()
    try request.checkMethod(isForced: try inputs.required("force_body").bool())
    try request.checkSize()
    try request.checkSignature()
  }

  private mutating func setIdempotencyKey(
    _ value: borrowing InputValue,
    _ execution: String
  ) throws(DriverError) {
    var key = execution
    if value.kind == .bool {
      guard try value.bool() else { return }
      guard !key.isEmpty else {
        throw DriverError(
          .unsupported,
          "the host does not say which call this is an attempt of: give a key of your own",
          pointer: "/idempotency_key"
        )
      }
    } else {
      key = try value.string()
    }
    try request.headers.add(("Idempotency-Key", key), pointer: "/idempotency_key")
    if request.mayBeRepeated == nil { request.mayBeRepeated = true }
  }

  private static func url(
    _ inputs: borrowing InputMap,
    _ memory: RequestMemory
  ) throws(DriverError) -> RequestURL {
    if let value = inputs["url"] {
      do throws(DriverError) {
        var url = try RequestURL(try value.text().bytes, pointer: "/url", memory: memory)
        url.isSecret = value.isSecret
        return url
      } catch {
        throw value.isSecret ? RESTInputs.secretAddress("/url") : error
      }
    }
    guard let host = inputs["host"] else {
      throw DriverError(
        .invalidInput,
        "the address is missing: give url, or host and path",
        pointer: "/url"
      )
    }
    let isSecret =
      host.isSecret || inputs["path"]?.isSecret == true || inputs["base_path"]?.isSecret == true
      || inputs["port"]?.isSecret == true
    do throws(DriverError) {
      var url = try RequestURL(
        isEncrypted: try inputs.required("scheme").text().equals("https"),
        host: try host.string(),
        port: try inputs["port"]?.int(in: 1...65535),
        basePath: try inputs["base_path"]?.string() ?? "",
        path: try inputs["path"]?.string() ?? ""
      )
      url.isSecret = isSecret
      return url
    } catch {
      throw isSecret ? RESTInputs.secretAddress(error.pointer) : error
    }
  }

  /// Why a secret address cannot be requested, without any of it.
  private static func secretAddress(_ pointer: String) -> DriverError {
    DriverError(
      .invalidInput,
      "the address, which is secret, is none that can be requested: check host, port and path",
      pointer: pointer
    )
  }
}
