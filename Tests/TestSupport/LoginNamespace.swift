import Foundation

/// The view of the machine that a server has to which people log in.
///
/// It is a set of Linux namespaces (mount, process, host name) and goes with the server. The machine
/// does not get to know of it: no user is added, and no log and no record of logins is written.
///
/// | path | what it is there |
/// |---|---|
/// | `/etc/passwd` and its like | the users of the server, and root, who cannot log in |
/// | `/etc/pam.d` | passwords are those of `/etc/shadow`; nothing else is asked for |
/// | `/etc/sudoers` | as each user's `sudo` says |
/// | `/etc/hosts` | localhost, the server's name, and `Options.hosts`, all of them 127.0.0.1 |
/// | `/home`, `/tmp` | folders of the server's folder |
/// | `/run`, `/root`, `/var/log` | empty at first, and in memory |
/// | `smallDisk` | a disk of 1 MiB to which everybody may write |
/// | `programs` | the folder `Options.programs`, where there is one |
/// | `/proc`, `/dev/pts` | the processes and terminals of this server only |
///
/// All else is the machine's own, its network as well.
struct LoginNamespace: Sendable {
  /// What servers of all kinds let one choose.
  struct Options: Sendable {
    var users: [LoginUser]
    /// What `hostname` says there.
    var hostname: String
    /// Names for 127.0.0.1 that nobody else knows.
    var hosts: [String]
    /// Whose line stands in the users' authorized_keys.
    var userKey: SSHKey?
    /// A folder that is to be seen, whatever is hidden of where it is.
    var programs: String?
  }

  /// A disk of 1 MiB.
  static let smallDisk = "/run/small-disk"
  /// Where the server's folder is.
  static let folder = "/run/server"
  /// Where the folder of programs is.
  static let programs = "/run/programs"

  /// Regular users' numbers, so high that no machine has given them away.
  private static let firstUserID = 59_001

  /// Whether this process may make one.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let unshare = Tool.unshare.path else { return false }
    return (try? ChildProcess(unshare, flags + ["--", "/bin/true"]).wait()) == .exited(0)
  }()

  private let options: Options
  private let folder: TemporaryFolder

  /// Writes the files of its users into the server's folder.
  init(_ options: Options, in folder: TemporaryFolder) async throws {
    self.options = options
    self.folder = folder
    try await writeAccounts()
    try writeSettings()
    try makeHomes()
  }

  /// The words of a command line that runs `words` in there, as its first process.
  ///
  /// That is a child of the process which they make. With either one all is killed that runs there.
  func command(_ words: [String]) throws -> [String] {
    [try Tool.unshare.required()] + Self.flags
      + ["--", "/bin/sh", "-c", Self.script, "sh"]
      + [folder.path, options.hostname, options.programs ?? ""] + words
  }

  /// The number of a user there and on the machine.
  func userID(of user: String) throws -> Int {
    guard let place = options.users.firstIndex(where: { $0.name == user }) else {
      throw TestSupportError("the server has no user \(user)")
    }
    return Self.userID(place)
  }

  /// The number of the user at a place of `Options.users`.
  static func userID(_ place: Int) -> Int { firstUserID + place }

  /// Lets a user in with one more key.
  func authorize(_ line: String, for user: String) throws {
    let owner = try userID(of: user)
    let name = "home/\(user)/.ssh"
    try own(folder.folder(name), owner)
    let path = folder.file(name + "/authorized_keys")
    // Added in one piece: the server may be reading it, and other tests may add to it as well.
    let number = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw TestSupportError.system("open of \(path)", errno) }
    Descriptor(number).write(Array((line + "\n").utf8))
    try own(path, owner)
  }

  private static let flags = [
    "--mount", "--uts", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
  ]

  private static let accounts = ["passwd", "shadow", "group", "gshadow"]
  private static let settings = ["hosts", "nsswitch.conf", "pam.d", "sudoers"]

  /// Shows the server its own files, and becomes the server.
  private static let script = """
    set -eu
    mount -t tmpfs -o mode=0755 run /run
    mkdir -p /run/sshd \(folder) \(smallDisk)
    mount -t tmpfs -o size=1m,mode=1777 small-disk \(smallDisk)
    mount --bind "$1" \(folder)
    if [ "$3" ]; then
      mkdir \(programs)
      mount --bind "$3" \(programs)
    fi
    cd \(folder)
    for name in \((accounts + settings).joined(separator: " ")); do
      if [ -e /etc/"$name" ]; then mount --bind etc/"$name" /etc/"$name"; fi
    done
    mount --bind \(folder)/home /home
    mount --bind \(folder)/tmp /tmp
    mount -t tmpfs -o mode=0700 root /root
    mount -t tmpfs -o mode=0755 log /var/log
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts /dev/pts
    if [ ! -L /dev/ptmx ]; then mount --bind /dev/pts/ptmx /dev/ptmx; fi
    hostname "$2"
    shift 3
    cd /
    umask 022
    exec "$@"
    """

  // MARK: Files

  private func writeAccounts() async throws {
    let hashes = try await PasswordFile.crypt(options.users.map { $0.password ?? "none" })
    var passwd = ["root:x:0:0::/root:/bin/sh", "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin"]
    passwd.append("nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin")
    // Nothing expires, and * is the hash of no password.
    var shadow = ["root", "sshd", "nobody"].map { $0 + ":*:19000:0:99999:7:::" }
    var group = ["root:x:0:", "tty:x:5:", "shadow:x:42:", "nogroup:x:65534:"]
    for (user, hash) in zip(options.users, hashes) {
      let number = try userID(of: user.name)
      passwd.append("\(user.name):x:\(number):\(number)::\(user.home):\(user.shell.rawValue)")
      shadow.append("\(user.name):\(user.password == nil ? "*" : hash):19000:0:99999:7:::")
      group.append("\(user.name):x:\(number):")
    }
    try write(passwd, to: "etc/passwd", mode: 0o644)
    try write(shadow, to: "etc/shadow", mode: 0o600)
    try write(group, to: "etc/group", mode: 0o644)
    try write(group.map { $0.prefix { $0 != ":" } + ":*::" }, to: "etc/gshadow", mode: 0o600)
  }

  private func writeSettings() throws {
    let names = ["localhost", options.hostname] + options.hosts
    try write(["127.0.0.1 " + names.joined(separator: " ")], to: "etc/hosts", mode: 0o644)
    let databases = ["passwd: files", "shadow: files", "group: files", "hosts: files dns"]
    try write(databases, to: "etc/nsswitch.conf", mode: 0o644)
    // No pause after a wrong password.
    let authentication = [
      "auth required pam_unix.so nodelay", "account required pam_unix.so",
      "password required pam_unix.so", "session required pam_permit.so",
    ]
    try folder.folder("etc/pam.d", mode: 0o755)
    for service in ["other", "sshd", "sudo"] {
      try write(authentication, to: "etc/pam.d/" + service, mode: 0o644)
    }
    let rules = options.users.compactMap { user -> String? in
      switch user.sudo {
      case .nothing: nil
      case .withPassword: "\(user.name) ALL=(ALL:ALL) ALL"
      case .withoutPassword: "\(user.name) ALL=(ALL:ALL) NOPASSWD: ALL"
      }
    }
    let defaults = "Defaults env_reset, !syslog, lecture=never"
    try write([defaults] + rules, to: "etc/sudoers", mode: 0o440)
  }

  private func makeHomes() throws {
    for name in ["home", "tmp"] {
      // Given a mode of its own afterwards: the process's mask would take from it.
      guard chmod(try folder.folder(name), name == "tmp" ? 0o1777 : 0o755) == 0 else {
        throw TestSupportError.system("chmod", errno)
      }
    }
    for user in options.users {
      try own(folder.folder("home/" + user.name, mode: 0o755), userID(of: user.name))
      let userKey = user.takesUserKey ? options.userKey : nil
      let keys = user.authorizedKeys + (userKey.map { [$0.publicLine] } ?? [])
      for line in keys { try authorize(line, for: user.name) }
    }
  }

  private func write(_ lines: [String], to name: String, mode: Int) throws {
    try folder.write(lines.map { $0 + "\n" }.joined(), to: name, mode: mode)
  }

  private func own(_ path: String, _ owner: Int) throws {
    guard chown(path, uid_t(owner), gid_t(owner)) == 0 else {
      throw TestSupportError.system("chown", errno)
    }
  }
}
