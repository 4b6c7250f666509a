/// A user of a server that people log in to: of that server alone, and unknown to the machine.
package struct LoginUser: Sendable, Equatable {
  /// What runs the user's commands.
  package enum Shell: String, Sendable, CaseIterable {
    case bash = "/bin/bash"
    /// Debian's dash.
    case sh = "/bin/sh"
    /// Ends at once, with status 1.
    case none = "/bin/false"
    /// Says that the account is not available, and ends with status 1.
    case nologin = "/usr/sbin/nologin"
  }

  /// What the user may do as root.
  package enum Sudo: Sendable, CaseIterable {
    case nothing
    /// Everything, with the user's password.
    case withPassword
    /// Everything, unasked.
    case withoutPassword
  }

  /// As in passwd: no colon and no line break.
  package var name: String
  /// nil: no password lets in.
  package var password: String?
  package var shell: Shell
  package var sudo: Sudo
  /// Lines of authorized_keys besides that of the server's `userKey`.
  package var authorizedKeys: [String]
  /// The server's `userKey` lets in.
  package var takesUserKey: Bool

  package init(
    _ name: String,
    password: String? = nil,
    shell: Shell = .bash,
    sudo: Sudo = .nothing,
    authorizedKeys: [String] = [],
    takesUserKey: Bool = true
  ) {
    self.name = name
    self.password = password
    self.shell = shell
    self.sudo = sudo
    self.authorizedKeys = authorizedKeys
    self.takesUserKey = takesUserKey
  }

  /// With a password and bash.
  package static let tester = LoginUser("tester", password: "correct horse")
  /// With a password and dash.
  package static let dasher = LoginUser("dasher", password: "battery staple", shell: .sh)
  /// May do everything as root with the password.
  package static let admin = LoginUser("admin", password: "open sesame", sudo: .withPassword)
  /// Has no password, and may do everything as root.
  package static let robot = LoginUser("robot", sudo: .withoutPassword)

  /// Those that servers have unless they are told others.
  package static let usual = [tester, dasher, admin, robot]

  /// The folder, as the server sees it.
  package var home: String { "/home/" + name }
}
