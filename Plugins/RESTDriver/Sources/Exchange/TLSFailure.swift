internal import CCurl
internal import CurlKit
internal import DriverKit

/// Why there is no trusted encrypted connection.
enum TLSFailure {
  /// The error for one of libcurl's codes about TLS.
  ///
  /// - Parameters:
  ///   - cause: What libcurl says.
  ///   - inputs: The request.
  ///   - server: What messages call the server.
  ///   - number: The handle's information.
  /// - Returns: What happened, and what to do.
  static func error(
    _ cause: CurlError, of inputs: RESTInputs, server: String, _ number: ((CURLINFO) -> Int)?
  ) -> DriverError {
    switch cause.code {
    // CURLE_SSL_CACERT_BADFILE
    case CURLE_SSL_CACERT_BADFILE:
      return badAuthorities(inputs)
    // CURLE_SSL_CERTPROBLEM: also for a blob that is no certificate
    case CURLE_SSL_CERTPROBLEM where !inputs.tls.authorities.isEmpty:
      return badAuthorities(inputs)
    // CURLE_PEER_FAILED_VERIFICATION
    case CURLE_PEER_FAILED_VERIFICATION:
      return DriverError(
        .tls, "\(server): \(reason(cause, inputs, number?(CURLINFO_SSL_VERIFYRESULT) ?? 0))",
        pointer: "/tls")
    default:
      return DriverError(
        .tls,
        "\(server): no agreement on TLS: check that the port speaks https, and which versions and ciphers the server takes",
        isRetryable: false)
    }
  }

  private static func badAuthorities(_ inputs: RESTInputs) -> DriverError {
    if inputs.tls.authorityFile.isEmpty {
      return DriverError(
        .invalidInput, "tls.ca holds no certificate that can be read: it must be PEM text",
        pointer: "/tls/ca")
    }
    return DriverError(
      .invalidInput,
      "the file \(inputs.tls.authorityFile) of tls.ca_file cannot be read, or holds no certificate in PEM form",
      pointer: "/tls/ca_file")
  }

  /// OpenSSL's verify results (X509_V_ERR_…, verify(1)); 0 where it is the name that does not match.
  private static func reason(
    _ cause: CurlError, _ inputs: RESTInputs, _ result: Int
  ) -> String {
    let trust =
      "if it is trusted all the same, give the authority that signed it by tls.ca or tls.ca_file"
    switch result {
    case 10: return "the server's certificate has expired: it must be renewed on the server"
    case 9: return "the server's certificate is not valid yet: check the clocks of both machines"
    case 18: return "the server's certificate is self-signed: \(trust)"
    case 19: return "the server's certificate is signed by an authority that this machine does not trust: \(trust)"
    case 20, 21:
      return "nobody whom this machine trusts has signed the server's certificate: \(trust)"
    case 23: return "the server's certificate was revoked"
    case 62: return wrongName(inputs)
    case 0 where cause.text.contains("subject name"): return wrongName(inputs)
    default: return "the server's certificate is not trusted: \(trust)"
    }
  }

  private static func wrongName(_ inputs: RESTInputs) -> String {
    inputs.url.isSecret
      ? "the server's certificate is for another name than the URL's"
      : "the server's certificate is for another name than \(inputs.url.host): use the name that it is for"
  }
}
