import Foundation
import TestSupport

@testable import SSHDriver

/// Private keys that ssh-keygen and openssl make while a test runs: none stands in the source.
enum MadeKey {
  /// A key of ssh-keygen's.
  static func ssh(
    _ kind: SSHKey.Kind,
    _ format: SSHKey.Format = .openSSH,
    passphrase: String? = nil,
    cipher: String? = nil
  ) async throws -> SSHKey {
    var options = SSHKey.Options()
    (options.passphrase, options.format, options.cipher) = (passphrase, format, cipher)
    options.rounds = 1
    return try await SSHKey(kind, options)
  }

  /// What openssl writes, given a key without passphrase that it reads.
  ///
  /// - Parameters:
  ///   - arguments: A command of openssl and its options, without input and output.
  ///   - key: The key.
  /// - Throws: `TestSupportError` with what openssl says.
  /// - Returns: The text.
  static func openssl(_ arguments: [String], of key: SSHKey) async throws -> String {
    try await Command.check(
      try Tool.openssl.required(),
      [arguments[0], "-in", key.path] + arguments.dropFirst()
    ).output
  }

  /// What the driver makes of a key.
  static func plan(
    _ text: String,
    passphrase: String? = nil,
    certificate: String? = nil,
    libraryVersion: Int = 0x010A00
  ) throws(KeyFault) -> KeyPlan {
    try KeyPlan(
      text: SecretBytes(text),
      certificate: certificate.map { Array($0.utf8) },
      passphrase: passphrase.map { SecretBytes($0) },
      libraryVersion: libraryVersion
    )
  }

  /// The public key that a plan has, in Base64 as it stands in authorized_keys.
  static func publicText(_ plan: KeyPlan) throws -> String {
    switch plan {
    case .library(let key): Base64.text(key.publicBlob)
    case .rsa(let signer): Base64.text(try signer.publicBlob())
    }
  }

  /// The Base64 of a key's line in authorized_keys.
  static func publicText(_ key: SSHKey) -> String {
    key.publicWords.split(separator: " ").last.map(String.init) ?? ""
  }

  /// A text with one character of its Base64 changed, from the middle on.
  static func damaged(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let place = lines.count / 2
    let letter = lines[place].first == "A" ? "B" : "A"
    lines[place] = letter + lines[place].dropFirst()
    return lines.joined(separator: "\n")
  }
}
