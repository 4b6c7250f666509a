internal import DriverKit

/// What requests to AWS are signed with.
package struct AWSAccess: Hashable {
  package var keyID: String
  package var secretKey: String
  /// Nil for keys that last.
  package var sessionToken: String?
  package var region: String
  package var service: String

  /// Reads a variant of the input `authentication`.
  init(_ map: borrowing InputMap) throws(DriverError) {
    keyID = try map.required("access_key_id").string()
    secretKey = try map.required("secret_access_key").string()
    sessionToken = try map["session_token"]?.string()
    region = try map.required("region").string()
    service = try map.required("service").string()
  }

  /// About how many bytes a signature takes in a request's head.
  var size: Int { 1000 + (sessionToken?.utf8.count ?? 0) }

  /// The headers that sign a request, in place of those of the same names.
  ///
  /// - Parameters:
  ///   - request: What is sent.
  ///   - contentType: What its body is said to be, if that is sent.
  ///   - date: Now, in seconds since 1970.
  /// - Returns: The headers; with what they say the body must not be changed any more.
  func headers(
    of request: HTTPRequest,
    contentType: String?,
    date: Int
  ) -> [(name: String, value: String)] {
    let target = request.requestedURL.dropFirst(request.url.origin.count)
    let path = target.prefix { $0 != "?" }
    let host = request.headers.value("host") ?? request.url.authority.hostHeader
    var signed = [(name: "Host", value: host)]
    if let contentType { signed.append(("Content-Type", contentType)) }
    for line in request.headers.pairs where line.name.lowercased().hasPrefix("x-amz-") {
      signed.append(line)
    }
    let signature = AWSSignature(
      AWSSignature.Request(
        method: request.method,
        path: path.isEmpty ? "/" : String(path),
        query: String(target.dropFirst(path.count + 1)),
        headers: signed,
        payloadHash: payloadHash(request.body)
      ),
      credentials: AWSSignature.Credentials(
        accessKey: keyID,
        secretKey: secretKey,
        sessionToken: sessionToken
      ),
      region: region,
      service: service,
      date: date,
      digests: SystemDigests()
    )
    return signature.headers
  }

  private func payloadHash(_ body: RequestBody?) -> String {
    guard let body else { return AWSSignature.hexadecimal(SystemDigests().sha256([])) }
    guard let bytes = body.copiedBytes else { return AWSSignature.unsignedPayload }
    return AWSSignature.hexadecimal(SystemDigests().sha256(bytes))
  }

  /// Looks whether a body can be signed.
  ///
  /// - Throws: `.unsupported` for one that is not known before it is sent.
  func checkBody(_ body: RequestBody?) throws(DriverError) {
    guard let body, body.copiedBytes == nil, !service.hasPrefix("s3") else { return }
    throw DriverError(
      .unsupported,
      "a signature for \(service) is made over the body, which is not known before it is sent: give it as json, text, urlencoded or bytes",
      pointer: "/authentication/authentication_method"
    )
  }
}
