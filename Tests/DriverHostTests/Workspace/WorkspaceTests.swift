@testable import DriverHost
import TestSupport
import Testing

@Suite("The workspace")
struct WorkspaceTests {
  private static func standard(
    _ path: String?,
    _ environment: [String: String],
    in current: String
  ) throws -> Workspace {
    try Workspace.standard(path, environment: { environment[$0] }, current: current)
  }

  @Test(
    "is the one that is named, then the environment's, then the nearest one around, then the user's"
  )
  func order() throws {
    let folder = try TemporaryFolder()
    let inner = try folder.folder("a/b")
    _ = try folder.folder("connectors")
    let environment = ["DRIVERS_WORKSPACE": "/from/environment", "HOME": "/home/ada"]
    func found(_ path: String?, _ environment: [String: String], in current: String) throws
      -> String
    {
      try WorkspaceTests.standard(path, environment, in: current).folder
    }
    #expect(try found("/named", environment, in: inner) == "/named")
    #expect(try found(nil, environment, in: inner) == "/from/environment")
    #expect(try found(nil, ["HOME": "/home/ada"], in: inner) == folder.path)
    #expect(try found(nil, ["HOME": "/home/ada"], in: "/proc") == "/home/ada/.config/drivers")
    #expect(try found(nil, ["XDG_CONFIG_HOME": "/x", "HOME": "/h"], in: "/proc") == "/x/drivers")
    #expect(throws: HostError.self) { try found(nil, [:], in: "/proc") }
  }

  @Test("keeps its state beside it, and the user's own where the user's state is")
  func state() throws {
    #expect(Workspace(folder: "/w").stateFolder == "/w/.drivers")
    let users = try WorkspaceTests.standard(nil, ["HOME": "/home/ada"], in: "/proc")
    #expect(users.isUsers && users.stateFolder.hasSuffix("/drivers"))
  }
}
