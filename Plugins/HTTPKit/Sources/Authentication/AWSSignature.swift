/// A request's signature, as AWS has it in version 4.
///
/// Paths and queries are made canonical as botocore does it: the documentation leaves cases open.
package struct AWSSignature {
  /// What is signed.
  package struct Request {
    package var method: String
    /// As it is sent: percent-encoded once.
    package var path: String
    /// As it is sent, without the question mark.
    package var query: String
    /// Those that are sent, with `Host` among them; what proxies may change is not signed.
    package var headers: [(name: String, value: String)]
    /// SHA-256 of the body in hexadecimal digits, or `AWSSignature.unsignedPayload`.
    package var payloadHash: String

    /// A request.
    package init(
      method: String,
      path: String,
      query: String = "",
      headers: [(name: String, value: String)],
      payloadHash: String
    ) {
      (self.method, self.path, self.query) = (method, path, query)
      (self.headers, self.payloadHash) = (headers, payloadHash)
    }
  }

  /// Who signs.
  package struct Credentials {
    package var accessKey: String
    package var secretKey: String
    /// What temporary keys are sent with.
    package var sessionToken: String?

    /// A pair of keys.
    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
      (self.accessKey, self.secretKey) = (accessKey, secretKey)
      self.sessionToken = sessionToken
    }
  }

  /// Stands for the hash of a body that is not signed.
  package static let unsignedPayload = "UNSIGNED-PAYLOAD"

  /// What is compared on both sides.
  package let canonicalRequest: String
  /// What the signature is made of.
  package let stringToSign: String
  /// 64 hexadecimal digits.
  package let signature: String
  /// The headers to send besides the request's, in place of those of the same name; all but
  /// `Authorization` are signed.
  package let headers: [(name: String, value: String)]

  /// The value of the header `Authorization`.
  package var authorization: String { headers.last?.value ?? "" }

  /// Signs a request.
  ///
  /// - Parameters:
  ///   - request: What is sent.
  ///   - credentials: Who sends it.
  ///   - region: Such as `eu-central-1`.
  ///   - service: Such as `s3` or `execute-api`.
  ///   - date: Now, in seconds since 1970.
  ///   - digests: The hash functions.
  package init(
    _ request: Request,
    credentials: Credentials,
    region: String,
    service: String,
    date: Int,
    digests: some Digests
  ) {
    let amzDate = AWSSignature.amzDate(date)
    let isStorage = AWSSignature.storage.contains(service)
    var added = [(name: "X-Amz-Date", value: amzDate)]
    if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token)) }
    if isStorage || request.payloadHash == AWSSignature.unsignedPayload
      || request.headers.contains(where: { $0.name.lowercased() == "x-amz-content-sha256" })
    {
      added.append(("X-Amz-Content-SHA256", request.payloadHash))
    }
    let replaced = Set(added.map { $0.name.lowercased() }).union(["x-amz-security-token"])
    let signed = AWSCanonicalForm.headers(
      request.headers.filter { !replaced.contains($0.name.lowercased()) } + added
    )
    let names = signed.map(\.name).joined(separator: ";")
    let path =
      isStorage ? AWSCanonicalForm.storagePath(request.path) : AWSCanonicalForm.path(request.path)
    canonicalRequest = """
      \(request.method.uppercased())
      \(path)
      \(AWSCanonicalForm.query(request.query))
      \(signed.map { "\($0.name):\($0.value)\n" }.joined())
      \(names)
      \(request.payloadHash)
      """
    let day = String(amzDate.prefix(8))
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    stringToSign = """
      AWS4-HMAC-SHA256
      \(amzDate)
      \(scope)
      \(AWSSignature.hexadecimal(digests.sha256(Array(canonicalRequest.utf8))))
      """
    var key = Array("AWS4\(credentials.secretKey)".utf8)
    for part in [day, region, service, "aws4_request"] {
      key = digests.hmacSHA256(key: key, message: Array(part.utf8))
    }
    signature = AWSSignature.hexadecimal(
      digests.hmacSHA256(key: key, message: Array(stringToSign.utf8))
    )
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
      + "SignedHeaders=\(names), Signature=\(signature)"
    headers = added + [("Authorization", authorization)]
  }

  /// The services that take a path as it is, and want the hash of the body in a header.
  private static let storage: Set = ["s3", "s3-object-lambda", "s3-outposts"]

  /// A time as AWS writes it, such as `20150830T123600Z`.
  package static func amzDate(_ epochSeconds: Int) -> String {
    let time = CivilTime(epochSeconds: epochSeconds)
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    let date = padded(time.year, 4) + padded(time.month, 2) + padded(time.day, 2)
    return "\(date)T\(padded(time.hour, 2))\(padded(time.minute, 2))\(padded(time.second, 2))Z"
  }

  /// Bytes in lower-case hexadecimal digits, as a payload's hash is given.
  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
