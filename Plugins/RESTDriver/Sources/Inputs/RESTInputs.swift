internal import DriverKit
internal import HTTPKit

/// The inputs of a request.
///
/// Names, types and defaults are the descriptor's.
struct RESTInputs {
  var request: HTTPRequest
  /// The statuses that are a success.
  var expected: StatusSet

  /// The inputs of a call.
  ///
  /// - Parameters:
  ///   - inputs: As the host has completed them.
  ///   - memory: What is remembered of the request before.
  ///   - upload: The body from the channel; nil where nothing is connected to it.
  ///   - isTest: Whether no body is sent in any case.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(
    _ inputs: borrowing InputMap,
    memory: RequestMemory = RequestMemory(),
    upload: RequestBody? = nil,
    isTest: Bool = false
  ) throws(DriverError) {
    var url = try RESTInputs.url(inputs, memory)
    if let query = inputs["query"] { url.append(try Parameters(query)) }
    let method = try inputs.required("method").string().uppercased()
    request = HTTPRequest(method, url, addressPointer: inputs["url"] == nil ? "/host" : "/url")
    if let value = inputs["headers"] { request.headers = try RequestHeaders(value) }
    request.body = try RequestBody.of(inputs, upload, isTest: isTest)
    try request.use(Credentials(inputs, isEncrypted: url.authority.isEncrypted))
    if let value = try inputs["tls"]?.map() { request.tls = try TLSSettings(value) }
    request.timeouts = try Timeouts(inputs)
    expected = try StatusSet(inputs.required("expected_status_code").list())
    request.followsRedirects = try inputs.required("allow_redirects").bool()
    request.redirectLimit = try inputs.required("max_redirects").int(in: 0...100)
    request.responseLimit = try inputs.required("max_response_bytes").int(in: 0...Int.max)
    request.allowsCompression = try inputs.required("compression").bool()
    try request.checkMethod(isForced: try inputs.required("force_body").bool())
    try request.checkSize()
  }

  private static func url(
    _ inputs: borrowing InputMap,
    _ memory: RequestMemory
  ) throws(DriverError) -> RequestURL {
    if let value = inputs["url"] {
      var url = try RequestURL(try value.text().bytes, pointer: "/url", memory: memory)
      url.isSecret = value.isSecret
      return url
    }
    guard let host = inputs["host"] else {
      throw DriverError(
        .invalidInput,
        "the address is missing: give url, or host and path",
        pointer: "/url"
      )
    }
    var url = try RequestURL(
      isEncrypted: try inputs.required("scheme").text().equals("https"),
      host: try host.string(),
      port: try inputs["port"]?.int(in: 1...65535),
      basePath: try inputs["base_path"]?.string() ?? "",
      path: try inputs["path"]?.string() ?? ""
    )
    url.isSecret = host.isSecret
    return url
  }
}
