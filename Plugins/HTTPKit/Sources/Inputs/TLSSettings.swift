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
  /// Whether TLS 1.2 is too old.
  package var wantsVersion3 = false
  /// Digests of public keys as libcurl takes them; empty: any key.
  package var pinnedKeys = ""

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
