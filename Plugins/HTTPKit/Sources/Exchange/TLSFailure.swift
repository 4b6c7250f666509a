internal import CCurl
package import CurlKit
internal import DriverKit

/// Why there is no trusted encrypted connection.
package enum TLSFailure {
  /// What one of libcurl's codes about TLS means.
  ///
  /// - Parameters:
  ///   - cause: What libcurl says.
  ///   - request: The request.
  ///   - server: What messages call the server.
  ///   - verifyResult: CURLINFO_SSL_VERIFYRESULT.
  /// - Returns: What happened, and what to do.
  package static func explanation(
    _ cause: CurlError,
    of request: HTTPRequest,
    server: String,
    verifyResult: Int
  ) -> Explanation {
    switch cause.code {
    // A blob that holds no certificate is CURLE_SSL_CERTPROBLEM.
    case CURLE_SSL_CERTPROBLEM where isOfClient(request): return badCertificate(cause, request)
    case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: return badAuthorities(request)
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Explanation(
        .tls,
        "\(server): the server's public key is none of tls.pinned_public_keys",
        cure: "somebody may be in between; if the server has a new key, give its digest",
        pointer: "/tls/pinned_public_keys"
      )
    case CURLE_SSL_CONNECT_ERROR where request.tls.wantsVersion3 && cause.text.contains("version"):
      return Explanation(
        .tls,
        "\(server): the server does not speak TLS 1.3",
        cure: "set tls.minimum_version to 1.2, or let it speak 1.3",
        pointer: "/tls/minimum_version"
      )
    case CURLE_PEER_FAILED_VERIFICATION:
      let (what, cure) = reason(cause, request, verifyResult)
      return Explanation(.tls, "\(server): \(what)", cure: cure, pointer: "/tls")
    default:
      return Explanation(
        .tls,
        "\(server): no agreement on TLS",
        cure: "check that the port speaks https, and which versions and ciphers the server takes"
      )
    }
  }

  private static func isOfClient(_ request: HTTPRequest) -> Bool {
    if case .certificate = request.authentication { true } else { false }
  }

  /// libcurl has one code for all that can be wrong with a certificate and its key, and words of its own for each.
  private static func badCertificate(
    _ cause: CurlError,
    _ request: HTTPRequest
  ) -> Explanation {
    let isKey = cause.text.contains("private key") || cause.text.contains("pass phrase")
    return Explanation(
      .tls,
      isKey
        ? "the private key cannot be used, or is not the certificate's"
        : "the client certificate cannot be used",
      cure: isKey
        ? "check that it is the PEM text of the certificate's key, and its passphrase"
        : "check that it is PEM text, and that the key is its own",
      pointer: "/\(request.tls.certificateInput)/\(isKey ? "private_key" : "certificate")"
    )
  }

  private static func badAuthorities(_ request: HTTPRequest) -> Explanation {
    switch request.tls.authorities {
    case .file(let path):
      Explanation(
        .invalidInput,
        "the file \(path) of \(request.tls.authoritiesName) holds no certificate that can be read",
        cure: "it must be PEM text",
        pointer: request.tls.authoritiesPointer
      )
    case .text:
      Explanation(
        .invalidInput,
        "\(request.tls.authoritiesName) holds no certificate that can be read",
        cure: "give the authorities' certificates as PEM text",
        pointer: request.tls.authoritiesPointer
      )
    case .system:
      Explanation(
        .tls,
        "the authorities that this machine trusts cannot be read",
        cure:
          "install its package ca-certificates, or give authorities by \(request.tls.authoritiesHint)"
      )
    }
  }

  /// OpenSSL's verify results (X509_V_ERR_…, in verify(1)); 0 or 1 where libcurl has found the name not
  /// to match before it asked OpenSSL.
  private static func reason(
    _ cause: CurlError,
    _ request: HTTPRequest,
    _ result: Int
  ) -> (what: String, cure: String) {
    let trust =
      "if it can be trusted, give the authority that signed it by \(request.tls.authoritiesHint)"
    let isAboutName = cause.text.contains("subject name")
    switch result {
    case 10:
      return ("the server's certificate has expired", "it must be renewed on the server")
    case 9:
      return ("the server's certificate is not valid yet", "check the clocks of both machines")
    case 18: return ("the server's certificate is self-signed", trust)
    case 19:
      return ("an authority that this machine does not trust has signed the certificate", trust)
    case 20, 21:
      return ("nobody whom this machine trusts has signed the server's certificate", trust)
    case 23: return ("the server's certificate was revoked", "it must be renewed on the server")
    case 62: return wrongName(request)
    case 0 where isAboutName, 1 where isAboutName: return wrongName(request)
    default: return ("the server's certificate is not trusted", trust)
    }
  }

  private static func wrongName(_ request: HTTPRequest) -> (what: String, cure: String) {
    (
      "the server's certificate is for another name than "
        + (request.url.isSecret ? "the URL's" : request.url.authority.host),
      "use a name that it is for, or let the server show another one"
    )
  }
}
