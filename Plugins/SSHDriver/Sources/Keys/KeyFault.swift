/// Why a private key, or a certificate for one, cannot be used.
///
/// Holds nothing of what is secret; names that come from the text are cut down to what names are made of.
enum KeyFault: Error, Hashable, Sendable {
  case empty
  case tooLong(count: Int, limit: Int)
  /// A public key, where the private one is to be.
  case publicKey
  /// A certificate, where the private key is to be.
  case certificate
  /// The path of a file, where the text in it is to be.
  case path
  case puTTY
  /// The form of SSH Communications Security's programs.
  case commercialSSH
  case unknownForm
  /// Line ends that are written as \n.
  case escapedLineEnds
  case passphraseMissing
  case wrongPassphrase
  /// What cannot be with an undamaged one: the rest of a sentence that begins with "it".
  case damaged(String)
  /// It is encrypted in a way that we or the installed OpenSSL cannot read, by its name where there is one.
  case unsupportedEncryption(String?)
  /// To try a passphrase would take too long.
  case tooExpensive(rounds: UInt64, limit: UInt64)
  /// A file with several keys.
  case severalKeys(UInt32)
  case dsa
  /// A key in a security token, by its type.
  case securityKey(String)
  /// Another type, by its name where there is one.
  case unusableType(String?)
  case tooSmall(bits: Int)
  case tooLarge(bits: Int)
  /// Not a certificate: the rest of a sentence that begins with "it".
  case badCertificate(String)
  /// A certificate for machines.
  case hostCertificate
  case certificateOfAnotherKey
  /// A certificate that this libssh2 cannot use, by its type and the library's version.
  case unusableCertificate(type: String, libraryVersion: String)
  /// libcrypto would not sign with it.
  case cannotSign(algorithm: String)
  /// What is to be signed is something else than a login, and why.
  case otherRequest(WireFault)

  /// What an error comes to that was thrown where a key is read.
  ///
  /// - Parameter error: The error: this, or that of the wire's data types.
  init(reading error: any Error) {
    if let fault = error as? KeyFault {
      self = fault
    } else {
      self = .damaged("cannot be read" + ((error as? WireFault).map { ": \($0)" } ?? ""))
    }
  }

  /// Whether it is about the passphrase, which the user may have mistyped or forgotten.
  var isAboutPassphrase: Bool { self == .wrongPassphrase || self == .passphraseMissing }

  /// A name out of a text that may be anything, for messages.
  ///
  /// - Parameter name: The name.
  /// - Returns: The name as far as it looks like one; nil: not at all.
  static func shown(_ name: some StringProtocol) -> String? {
    let isName = name.utf8.allSatisfy { byte in
      byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
    return isName && !name.isEmpty && name.utf8.count <= 64 ? String(name) : nil
  }
}

extension KeyFault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .empty: "the private key is empty: give the text of the key, or the path of its file"
    case .tooLong(let count, let limit):
      "the private key has \(count) bytes, and none has more than \(limit): give the key alone"
    case .publicKey:
      "this is a public key, where the private one is needed: give the file without .pub"
    case .certificate:
      "this is a certificate, where the private key is needed: give the key that it was issued for, "
        + "and this as the certificate"
    case .path:
      "this is the path of a file, where the text of a private key is needed: give it as the key's file"
    case .puTTY:
      "this is a key of PuTTY's: convert it with "
        + "`puttygen key.ppk -O private-openssh-new -o key`, or in PuTTYgen with Conversions, "
        + "Export OpenSSH key"
    case .commercialSSH:
      "this is a key in the form of SSH Communications Security: convert it with "
        + "`ssh-keygen -i -f key > key.openssh`, after its passphrase was taken away"
    case .unknownForm:
      "this is no private key: it begins with -----BEGIN OPENSSH PRIVATE KEY----- or another "
        + "-----BEGIN … PRIVATE KEY-----, and is given whole, with all its lines"
    case .escapedLineEnds:
      "the private key has \\n written out where its lines end: give it with line ends"
    case .passphraseMissing: "the private key is encrypted: give its passphrase"
    case .wrongPassphrase: "the passphrase is not the one of this private key"
    case .damaged(let what):
      "the private key is damaged: it \(what); copy it anew, whole and as it is"
    case .unsupportedEncryption(let name):
      "the private key is encrypted\(name.map { " with \($0)" } ?? ""), which cannot be read here: "
        + "encrypt it anew with `ssh-keygen -p -f key`"
    case .tooExpensive(let rounds, let limit):
      "the private key asks for \(rounds) rounds to try a passphrase, and more than \(limit) take "
        + "too long: encrypt it anew with `ssh-keygen -p -a 64 -f key`"
    case .severalKeys(let count):
      "the file has \(count) private keys, where one is needed: give a file with one key"
    case .dsa:
      "this is a DSA key, which SSH servers do not take any more: make another with "
        + "`ssh-keygen -t ed25519`"
    case .securityKey(let type):
      "this key (\(type)) lives in a security token, which cannot be used here: make another with "
        + "`ssh-keygen -t ed25519`"
    case .unusableType(let type):
      "the private key is \(type.map { "of the type \($0)" } ?? "of a type") that cannot be used: "
        + "RSA, ECDSA on nistp256, nistp384 and nistp521, and Ed25519 can; make one with "
        + "`ssh-keygen -t ed25519`"
    case .tooSmall(let bits):
      "the RSA key has \(bits) bits, and servers take none with fewer than 1024: make another with "
        + "`ssh-keygen -t ed25519`"
    case .tooLarge(let bits):
      "the RSA key has \(bits) bits, and none with more than 16384 can be used: make another with "
        + "`ssh-keygen -t ed25519`"
    case .badCertificate(let what):
      "the certificate cannot be used: it \(what); give the line of the file that ends in -cert.pub"
    case .hostCertificate:
      "the certificate is one for a server: have one issued for users, with `ssh-keygen -s` without -h"
    case .certificateOfAnotherKey:
      "the certificate was issued for another key: give the private key that belongs to it"
    case .unusableCertificate(let type, let version):
      "libssh2 \(version) cannot use certificates of the type \(type): have one issued for an ECDSA "
        + "key (`ssh-keygen -t ecdsa`), or use the key without its certificate"
    case .cannotSign(let algorithm):
      "the installed OpenSSL does not sign with \(algorithm): use an Ed25519 or ECDSA key"
    case .otherRequest(let fault): "what libssh2 wants to have signed is no login: \(fault)"
    }
  }
}
