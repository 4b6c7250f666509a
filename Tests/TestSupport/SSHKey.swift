import Foundation

/// A pair of keys of SSH, made by ssh-keygen, in a folder of its own.
package struct SSHKey: Sendable {
  /// What can be chosen of its algorithm.
  package struct Kind: Sendable, Hashable, CustomStringConvertible {
    /// As `ssh-keygen -t` takes it.
    package var type: String
    /// nil: the algorithm leaves no choice.
    package var bits: Int?

    package static let ed25519 = Kind(type: "ed25519")
    /// On the curve nistp256.
    package static let ecdsa = ecdsa(256)
    /// Of 2048 bits.
    package static let rsa = rsa(2048)

    /// On the curve of that many bits: 256, 384 or 521.
    package static func ecdsa(_ bits: Int) -> Kind { Kind(type: "ecdsa", bits: bits) }
    /// Of at least 1024 bits.
    package static func rsa(_ bits: Int) -> Kind { Kind(type: "rsa", bits: bits) }

    package var description: String { type + (bits.map { "-\($0)" } ?? "") }
  }

  /// How the file of the private key is written.
  package enum Format: String, Sendable, CaseIterable {
    case openSSH = "RFC4716"
    /// PKCS#1 and SEC 1: ssh-keygen writes no ed25519 key so, but takes `openSSH` for it.
    case pem = "PEM"
    /// As for `pem`.
    case pkcs8 = "PKCS8"
  }

  /// What can be chosen of its file.
  package struct Options: Sendable {
    /// Of five characters at least; nil: the file is not encrypted.
    package var passphrase: String?
    package var format = Format.openSSH
    /// Of an encrypted file in the format `openSSH`, as `ssh -Q cipher` lists them; nil: aes256-ctr.
    package var cipher: String?
    /// Rounds of its key derivation; nil: 16.
    package var rounds: Int?
    package var comment = "tests"

    package init() {}
  }

  package let kind: Kind
  package let passphrase: String?
  /// The private key's file, which only this user may read; the public one's is beside it.
  package let path: String
  /// The private key's file.
  package let privateText: String
  /// A line of authorized_keys: type, key and comment.
  package let publicLine: String
  /// `SHA256:…`, as ssh shows it.
  package let fingerprint: String
  private let folder: TemporaryFolder

  package init(_ kind: Kind = .ed25519, _ options: Options = Options()) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("id_" + kind.type)
    var words = ["-q", "-t", kind.type, "-m", options.format.rawValue, "-f", path]
    words += ["-N", options.passphrase ?? "", "-C", options.comment]
    if let bits = kind.bits { words += ["-b", "\(bits)"] }
    if let cipher = options.cipher { words += ["-Z", cipher] }
    if let rounds = options.rounds { words += ["-a", "\(rounds)"] }
    let program = try Tool.sshKeygen.required()
    try await Command.check(program, words)
    let shown = try await Command.check(program, ["-l", "-E", "sha256", "-f", path + ".pub"])
    self.kind = kind
    passphrase = options.passphrase
    self.path = path
    privateText = try folder.text("id_" + kind.type)
    publicLine = try folder.text("id_\(kind.type).pub").trimmingCharacters(in: .newlines)
    // A line of it is: 256 SHA256:… comment (ED25519)
    fingerprint = shown.output.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    self.folder = folder
  }

  package var publicPath: String { path + ".pub" }

  /// Type and key, as they stand in known_hosts.
  package var publicWords: String {
    publicLine.split(separator: " ").prefix(2).joined(separator: " ")
  }
}
