import CLinux
import Glibc

/// The folder in which an operator keeps connectors and vault configurations, most often a git repository.
public struct Workspace: Sendable {
  /// The folder.
  public let folder: String
  /// Whether it is the user's own, which is used where no other is found.
  public let isUsers: Bool
  /// `connectors/NAME.yaml`.
  public let connectors: ResourceStore<Connector>
  /// `vaults/NAME.yaml`.
  public let vaults: ResourceStore<VaultConfiguration>

  /// The workspace in a folder, which need not exist yet.
  public init(folder: String) { self.init(folder: folder, isUsers: false) }

  private init(folder: String, isUsers: Bool) {
    self.folder = folder
    self.isUsers = isUsers
    connectors = ResourceStore(.connector, in: folder)
    vaults = ResourceStore(.vault, in: folder)
  }

  /// Where programs keep what belongs to a workspace and not into git: history.
  ///
  /// `.drivers` in it; for the user's own workspace `drivers` in the user's state folder (`XDG_STATE_HOME`, else
  /// `~/.local/state`).
  public var stateFolder: String {
    if isUsers,
      let state = Workspace.userFolder("XDG_STATE_HOME", ".local/state", Environment.process)
    {
      return state
    }
    return Folder.path(of: ".drivers", in: folder)
  }

  /// The workspace that a program works in.
  ///
  /// The one that the caller names, else `DRIVERS_WORKSPACE`, else the nearest folder with `connectors` in it, from
  /// the current one upwards, else `drivers` in the user's configuration folder (`XDG_CONFIG_HOME`, else
  /// `~/.config`).
  ///
  /// - Parameter path: What the caller names; nil: nothing.
  /// - Returns: The workspace, whose folder need not exist yet.
  /// - Throws: Where none of these is there to be looked at: without a home, say.
  public static func standard(_ path: String? = nil) throws(HostError) -> Workspace {
    try standard(path, environment: Environment.process, current: currentFolder())
  }

  /// The same with the environment and the current folder given.
  static func standard(
    _ path: String?,
    environment: (String) -> String?,
    current: String?
  ) throws(HostError) -> Workspace {
    if let named = path ?? environment("DRIVERS_WORKSPACE"), !named.isEmpty {
      return Workspace(folder: named)
    }
    var folder = current
    while let here = folder {
      if FileStatus.ofFile(Folder.path(of: "connectors", in: here))?.kind == .folder {
        return Workspace(folder: here)
      }
      folder = here == "/" ? nil : Folder.parent(of: here)
    }
    guard let users = userFolder("XDG_CONFIG_HOME", ".config", environment) else {
      throw HostError(
        .notFound,
        stage: .input,
        "there is no workspace: give a folder with --workspace or DRIVERS_WORKSPACE, since neither the current folder nor one around it has `connectors`, and HOME is not set"
      )
    }
    return Workspace(folder: users, isUsers: true)
  }

  /// The XDG Base Directory Specification asks for absolute paths and for others to be ignored.
  private static func userFolder(
    _ variable: String,
    _ fallback: String,
    _ environment: (String) -> String?
  ) -> String? {
    if let folder = environment(variable), folder.hasPrefix("/") {
      return Folder.path(of: "drivers", in: folder)
    }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return Folder.path(of: "\(fallback)/drivers", in: home)
  }

  private static func currentFolder() -> String? { try? Folder.resolved(".") }
}
