/// What a host key is recognised by: the SHA-256 of its blob.
struct Fingerprint: Hashable, Sendable {
  /// Why a text is no fingerprint.
  enum Fault: Error, Hashable, Sendable {
    case missing
    /// One that MD5 made.
    case isMD5
    case base64(Base64.Fault)
    /// The digest has not 32 bytes.
    case badLength(Int)
  }

  /// The digest: 32 bytes, or none where the hash function failed.
  let digest: [UInt8]

  /// One of a known digest.
  ///
  /// - Parameter digest: The digest.
  init(digest: [UInt8]) { self.digest = digest }

  /// Reads `SHA256:…`, as OpenSSH shows fingerprints; = at the end do not matter.
  ///
  /// - Parameter text: The text, without blanks.
  /// - Throws: Why it is none.
  init(_ text: some StringProtocol) throws(Fault) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      throw text.isEmpty ? .missing : Fingerprint.faultWithoutPrefix(String(text))
    }
    guard text[..<colon].lowercased() == "sha256" else {
      throw Fingerprint.faultWithoutPrefix(String(text))
    }
    let digest: [UInt8]
    do {
      digest = try Base64.bytes(text[colon...].dropFirst())
    } catch {
      throw .base64(error)
    }
    guard digest.count == 32 else { throw .badLength(digest.count) }
    self.digest = digest
  }

  /// MD5 has been shown as 16 bytes in hexadecimal, with and without its name in front.
  private static func faultWithoutPrefix(_ text: String) -> Fault {
    let isMD5 = text.lowercased().hasPrefix("md5:") || text.split(separator: ":").count == 16
    return isMD5 ? .isMD5 : .missing
  }
}

extension Fingerprint: CustomStringConvertible {
  /// `SHA256:` and Base64 without =.
  var description: String { "SHA256:\(Base64.text(digest, isPadded: false))" }
}

extension Fingerprint.Fault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .missing:
      "it is no fingerprint: write SHA256: and the 43 characters that `ssh-keygen -l` shows"
    case .isMD5:
      "it is made with MD5, which can be forged: write the one that `ssh-keygen -l` shows, "
        + "SHA256: and 43 characters"
    case .base64(let fault): "\(fault): copy all of the 43 characters behind SHA256:"
    case .badLength(let count):
      "it is cut off or too long: SHA256: has 43 characters, for 32 bytes, and there are \(count)"
    }
  }
}
