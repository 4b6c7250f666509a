import Testing

@testable import DriverHost

@Suite("The search path")
struct SearchPathTests {
  private func paths(
    _ environment: [String: String],
    options: [String] = [],
    folder: String? = nil
  ) -> [String] {
    SearchPath.standard(
      driverPaths: options,
      environment: { environment[$0] },
      executableFolder: folder
    ).entries.map { "\($0.origin): \($0.path)" }
  }

  @Test("has the caller's folders, the environment's, the user's, the system's and the program's")
  func order() {
    let environment = ["DRIVERS_PATH": "/e1:e2", "XDG_DATA_HOME": "/data", "HOME": "/home/u"]
    #expect(
      paths(environment, options: ["o1", "/o2.so"], folder: "/opt/build") == [
        "option: o1", "option: /o2.so", "environment: /e1", "environment: e2",
        "user: /data/drivers", "system: /usr/local/lib/drivers", "system: /usr/lib/drivers",
        "executable: /opt/build",
      ]
    )
  }

  @Test(
    "has the drivers that were installed with the program, and none of the system twice",
    arguments: [
      ("/opt/x/bin", ["/opt/x/lib/drivers", "/usr/local/lib/drivers", "/usr/lib/drivers"]),
      ("/usr/local/bin", ["/usr/local/lib/drivers", "/usr/lib/drivers"]),
      ("/bin", ["/lib/drivers", "/usr/local/lib/drivers", "/usr/lib/drivers"]),
    ]
  )
  func installed(folder: String, expected: [String]) {
    let system = paths([:], folder: folder).filter { $0.hasPrefix("system: ") }
    #expect(system == expected.map { "system: \($0)" })
  }

  @Test("takes ~/.local/share where the environment names no data folder")
  func home() {
    #expect(paths(["HOME": "/home/u"]).first == "user: /home/u/.local/share/drivers")
    #expect(
      paths(["HOME": "/home/u", "XDG_DATA_HOME": ""]).first == "user: /home/u/.local/share/drivers"
    )
  }

  @Test(
    "has no folder of the user where the environment names none, or a relative one",
    arguments: [
      [:], ["HOME": ""], ["HOME": "here"],
    ]
  )
  func noHome(environment: [String: String]) {
    #expect(paths(environment).first == "system: /usr/local/lib/drivers")
  }

  @Test("never takes an empty part for the current folder", arguments: ["", ":", "::/a:"])
  func emptyParts(value: String) {
    let environment = paths(["DRIVERS_PATH": value]).filter { $0.hasPrefix("environment") }
    #expect(environment == (value.contains("/a") ? ["environment: /a"] : []))
  }

  @Test("of this process ends with the folder that its program stands in")
  func executable() throws {
    let last = try #require(SearchPath.standard().entries.last)
    #expect(last.origin == .executable && last.path.hasPrefix("/"))
  }
}
