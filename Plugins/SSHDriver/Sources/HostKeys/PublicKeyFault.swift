/// Why something is no public key.
enum PublicKeyFault: Error, Hashable, Sendable {
  /// There is nothing, or no key behind the type.
  case missing
  /// It begins as a private key or another file in PEM form does.
  case isPEM
  /// The three numbers of the keys of protocol 1.
  case isVersion1
  /// The name of the type is none: too long, or with characters that no name has.
  case badType
  /// The key is of another type than the text in front of it says.
  case otherType(said: String, found: String)
  case base64(Base64.Fault)
  case wire(WireFault)
  /// A key on a curve names another one.
  case otherCurve(type: String)
  /// A key on a curve is no uncompressed point, or none of that curve's size.
  case badPoint(type: String)
  /// An Ed25519 key has not 32 bytes.
  case badLength(type: String, count: Int)
  /// An RSA key has even or tiny numbers, which no key has.
  case badNumbers
  /// An RSA key that is too short to be safe, or too long to be used.
  case badSize(bits: Int)
  /// A certificate is signed by a certificate.
  case chainedCertificate
}

extension PublicKeyFault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .missing:
      "there is no key: a public key is written as its type and Base64, for instance "
        + "\"ssh-ed25519 AAAA…\""
    case .isPEM:
      "it is no public key in the form of OpenSSH: take the .pub file beside the private key, or "
        + "what `ssh-keygen -y -f` prints for it"
    case .isVersion1:
      "it is a key of SSH protocol 1, which nobody speaks any more: remove it"
    case .badType:
      "the type of the key is no name of a type: it is written as type and Base64, for instance "
        + "\"ssh-ed25519 AAAA…\""
    case .otherType(let said, let found):
      "the text says \(said), and the key itself \(found): copy both from the same line"
    case .base64(let fault): "\(fault): copy the whole key again"
    case .wire(let fault): "the key is damaged: \(fault)"
    case .otherCurve(let type): "the key is damaged: it is not on the curve that \(type) names"
    case .badPoint(let type): "the key is damaged: it has no point as \(type) has it"
    case .badLength(let type, let count):
      "the key is damaged: an \(type) key has 32 bytes, not \(count)"
    case .badNumbers: "the key is damaged: its numbers are not those of an RSA key"
    case .badSize(let bits) where bits < PublicKey.smallestModulus:
      "an RSA key of \(bits) bits is not safe: it takes at least \(PublicKey.smallestModulus)"
    case .badSize(let bits):
      "an RSA key of \(bits) bits is too long: \(PublicKey.largestModulus) is the limit"
    case .chainedCertificate: "a certificate signed by another certificate counts for nothing"
    }
  }
}
