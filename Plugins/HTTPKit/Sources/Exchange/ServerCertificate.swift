package import DriverKit

/// What libcurl says of a certificate (CURLINFO_CERTINFO).
package struct ServerCertificate {
  package var subject = ""
  package var issuer = ""
  package var validFrom = ""
  package var validUntil = ""

  /// A certificate from its lines, each `name:value`.
  package init(_ lines: [String]) {
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = String(line[line.index(after: colon)...])
      switch line[..<colon] {
      case "Subject": subject = value
      case "Issuer": issuer = value
      case "Start date": validFrom = value
      case "Expire date": validUntil = value
      default: break
      }
    }
  }

  /// The certificate as an output shows it.
  package var output: OutputValue {
    [
      "subject": .string(subject), "issuer": .string(issuer), "valid_from": .string(validFrom),
      "valid_until": .string(validUntil),
    ]
  }
}
