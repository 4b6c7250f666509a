import Foundation

/// A certificate of SSH: a public key that an authority has signed.
package struct SSHCertificate: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// What the server's log calls it.
    package var identity = "tests"
    /// Whom it lets in; empty: everybody.
    package var principals: [String] = []
    /// When it holds, as `ssh-keygen -V` takes it: `-2h:-1h` is over.
    package var validity = "-1h:+1h"
    package var serial = 1
    /// Its options, as `ssh-keygen -O` takes them: `force-command=…`, `no-pty`.
    package var options: [String] = []
    /// It is that of a server, and the principals are its names.
    package var isOfHost = false

    package init() {}
  }

  /// Its file: what `CertificateFile` of ssh takes.
  package let path: String
  /// Its file's line.
  package let line: String
  private let folder: TemporaryFolder

  /// Signs the public key of `key` with the private one of `authority`, which has no passphrase.
  package init(
    of key: SSHKey,
    by authority: SSHKey,
    _ options: Options = Options()
  ) async throws {
    let folder = try TemporaryFolder()
    // ssh-keygen writes it beside the public key: a copy, since a key can have several.
    let copy = try folder.write(key.publicLine + "\n", to: "id.pub")
    var words = ["-q", "-s", authority.path, "-I", options.identity, "-z", "\(options.serial)"]
    words += ["-V", options.validity]
    if options.isOfHost { words.append("-h") }
    if !options.principals.isEmpty { words += ["-n", options.principals.joined(separator: ",")] }
    for option in options.options { words += ["-O", option] }
    try await Command.check(try Tool.sshKeygen.required(), words + [copy])
    path = folder.file("id-cert.pub")
    line = try folder.text("id-cert.pub").trimmingCharacters(in: .newlines)
    self.folder = folder
  }
}
