package import DriverKit

/// How the server of an https address is verified: the input `tls`.
package struct TLSSettings: Equatable {
  /// Whose word counts for a certificate.
  package enum Authorities: Equatable {
    case system
    /// PEM text.
    case text(String)
    /// The path of a file of it.
    case file(String)
  }

  /// What libcurl takes of either (CURL_MAX_INPUT_LENGTH).
  static let largestAuthorities = 8_000_000

  package var verifies = true
  package var authorities = Authorities.system
  /// The input that the authorities came from, where that is neither `tls.ca` nor `tls.ca_file`; empty: it is one.
  package var authoritiesInput = ""
  /// Whether TLS 1.2 is too old.
  package var wantsVersion3 = false
  /// Digests of public keys as libcurl takes them; empty: any key.
  package var pinnedKeys = ""

  /// The input that a client's certificate comes from, for messages.
  package var certificateInput = "authentication"

  /// The input that names the authorities, for messages.
  var authoritiesName: String {
    if !authoritiesInput.isEmpty { return authoritiesInput }
    if case .file = authorities { return "tls.ca_file" }
    return "tls.ca"
  }

  /// How authorities may be given, for messages.
  var authoritiesHint: String {
    authoritiesInput.isEmpty ? "tls.ca or tls.ca_file" : authoritiesInput
  }

  /// What gives a certificate to a client that has none, for messages.
  var certificateHint: String {
    certificateInput == "authentication"
      ? "set authentication to client_certificate" : "give it one by \(certificateInput)"
  }

  /// The name of the authorities' input as a pointer.
  var authoritiesPointer: String {
    "/" + authoritiesName.split(separator: ".").joined(separator: "/")
  }

  /// The system's authorities, and any key.
  package init(verifies: Bool = true) { self.verifies = verifies }

  /// Reads the members `verify`, `minimum_version`, `pinned_public_keys`, `ca` and `ca_file`.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  package init(_ map: borrowing InputMap) throws(DriverError) {
    verifies = try map.required("verify").bool()
    wantsVersion3 = try map.required("minimum_version").text().equals("1.3")
    if let value = map["pinned_public_keys"] {
      let list = try value.list()
      var digests: [String] = []
      for index in 0..<list.count { digests.append("sha256//" + (try list[index].string())) }
      pinnedKeys = digests.joined(separator: ";")
    }
    if let text = try map["ca"]?.string(), !text.isEmpty {
      guard text.utf8.count <= TLSSettings.largestAuthorities else {
        throw DriverError(
          .invalidInput,
          "tls.ca is longer than \(TLSSettings.largestAuthorities) bytes: give only the authorities that are needed",
          pointer: "/tls/ca"
        )
      }
      authorities = .text(text)
    }
    if let path = try map["ca_file"]?.string(), !path.isEmpty {
      guard authorities == .system else {
        throw DriverError(
          .invalidInput,
          "tls.ca and tls.ca_file are two forms of the same: give one of them",
          pointer: "/tls/ca_file"
        )
      }
      authorities = .file(path)
    }
  }
}
