import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("The catalog")
struct CatalogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func driver(
    name: String = "PLAIN",
    id: String = "org.driverhost.test.plain",
    version: String = "1.0.0",
    more: String = ""
  ) throws -> String {
    try FixtureDriver.build(
      "catalog",
      descriptor: FixtureDriver.descriptor(name: name, id: id, version: version, more: more)
    )
  }

  private func catalog(_ entries: (String, SearchPath.Entry.Origin)...) -> Catalog {
    Catalog(
      searchPath: SearchPath(
        entries: entries.map {
          .init(path: $0.0.hasPrefix("/") ? $0.0 : "\(folder.path)/\($0.0)", origin: $0.1)
        }
      )
    )
  }

  private func names(_ catalog: Catalog) -> [String] {
    catalog.drivers.map { "\($0.selector) \($0.descriptor.version) \(place($0.path))" }
  }

  private func reasons(_ catalog: Catalog) -> [String] {
    catalog.rejected.map { "\(place($0.path)): \($0.reason)" }
  }

  /// A path from the test's folder on.
  private func place(_ path: String) -> String {
    path.hasPrefix(folder.path + "/") ? String(path.dropFirst(folder.path.count + 1)) : path
  }

  @Test("lists the drivers of a folder by type, with where they come from")
  func lists() throws {
    let b = try folder.copy(driver(name: "B", id: "org.example.b"), as: "libBDriver.so")
    _ = try folder.copy(driver(name: "A", id: "org.example.a"), as: "sub/libADriver.so")
    let catalog = catalog(("", .environment), ("sub", .system))
    #expect(names(catalog) == ["A 1.0.0 sub/libADriver.so", "B 1.0.0 libBDriver.so"])
    #expect(reasons(catalog) == [])
    let driver = try catalog.driver(for: "B")
    #expect(driver.path == b && driver.buildID?.count == 40 && driver.origin.origin == .environment)
    #expect(try catalog.driver(for: "B@org.example.b").path == b)
  }

  @Test("takes a file that is named itself, whatever it is called")
  func namedFile() throws {
    _ = try folder.copy(driver(), as: "plain")
    #expect(names(catalog(("plain", .option))) == ["PLAIN 1.0.0 plain"])
  }

  @Test("names a driver that is not called as drivers are")
  func misnamed() throws {
    _ = try folder.copy(driver(), as: "plain.so")
    _ = try folder.write([1, 2, 3], to: "other.so")
    _ = try folder.write([1, 2, 3], to: "README")
    #expect(
      reasons(catalog(("", .user))) == [
        "plain.so: it has a driver's descriptor, but not a driver's name: call it lib<Type>Driver.so"
      ]
    )
    #expect(reasons(catalog(("", .executable))) == [])
  }

  @Test("passes over what is no driver in the program's own folder, and nowhere else")
  func executableFolder() throws {
    let library = try FixtureDriver.build("library", descriptor: FixtureDriver.descriptor())
    var patch = try ELFPatch(library)
    patch.bytes[patch.note + 12] = UInt8(ascii: "D")
    _ = try patch.write(in: folder, as: "libFooDriver.so")
    _ = try folder.write(Array("no library".utf8), to: "libBarDriver.so")
    #expect(reasons(catalog(("", .executable))) == [])
    #expect(
      reasons(catalog(("", .system))).map { $0.prefix(15) } == [
        "libBarDriver.so", "libFooDriver.so",
      ]
    )
    // One that has a descriptor and cannot be used was meant as a driver.
    var other = try ELFPatch(library)
    other.set(UInt16(183), at: 18)
    _ = try other.write(in: folder, as: "libArmDriver.so")
    #expect(reasons(catalog(("", .executable))).count == 1)
  }

  @Test("gives each candidate that it does not take a reason")
  func rejections() throws {
    _ = try folder.write([], to: "libEmptyDriver.so")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/libFolderDriver.so",
      withIntermediateDirectories: true
    )
    #expect(mkfifo("\(folder.path)/libPipeDriver.so", 0o600) == 0)
    #expect(symlink("/nowhere/at/all", "\(folder.path)/libGoneDriver.so") == 0)
    #expect(symlink("/dev/null", "\(folder.path)/libDeviceDriver.so") == 0)
    let open = try folder.copy(driver(), as: "libOpenDriver.so")
    #expect(chmod(open, 0o666) == 0)
    let bad = try FixtureDriver.build("bad", descriptor: "{\"descriptor\": 1}")
    _ = try folder.copy(bad, as: "libBadDriver.so")
    let noText = try FixtureDriver.build("nonsense", descriptor: "{\"descriptor\": ")
    _ = try folder.copy(noText, as: "libNonsenseDriver.so")
    let reasons = reasons(catalog(("", .environment)))
    let expected = [
      "libBadDriver.so: its descriptor is wrong: /name: `name` is missing; /id: ",
      "libDeviceDriver.so: it leads to /dev/null, which is no regular file",
      "libEmptyDriver.so: it is empty",
      "libFolderDriver.so: it is a folder",
      "libGoneDriver.so: it cannot be looked at: No such file or directory",
      "libNonsenseDriver.so: its descriptor is wrong: ",
      "libOpenDriver.so: everybody can write it (mode 666): chmod o-w ",
      "libPipeDriver.so: it is no regular file",
    ]
    #expect(reasons.count == expected.count)
    for (reason, start) in zip(reasons, expected) { #expect(reason.hasPrefix(start)) }
  }

  @Test("says when a folder that somebody named is not there, and not when nobody did")
  func missingFolders() {
    let catalog = catalog(
      ("option", .option),
      ("environment", .environment),
      ("user", .user),
      ("system", .system)
    )
    #expect(
      reasons(catalog) == [
        "option: it cannot be looked into: No such file or directory",
        "environment: this part of DRIVERS_PATH cannot be looked into: No such file or directory",
      ]
    )
  }

  @Test("uses the highest version of one id, and keeps the others with the reason")
  func versions() throws {
    _ = try folder.copy(driver(version: "1.9.0"), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(version: "1.10.0"), as: "b/libPlainDriver.so")
    _ = try folder.copy(driver(version: "1.10.0"), as: "c/libPlainDriver.so")
    let catalog = catalog(("a", .environment), ("b", .user), ("c", .system))
    #expect(names(catalog) == ["PLAIN 1.10.0 b/libPlainDriver.so"])
    let chosen = "\(folder.path)/b/libPlainDriver.so"
    #expect(
      reasons(catalog) == [
        "a/libPlainDriver.so: org.driverhost.test.plain 1.9.0 is not used: \(chosen) has the higher version 1.10.0",
        "c/libPlainDriver.so: org.driverhost.test.plain 1.10.0 is not used: \(chosen) has the same version and comes first",
      ]
    )
    #expect(catalog.rejected.allSatisfy { $0.isSuperseded })
  }

  private static let lacking = "needs dh.fancy/2, this host has "

  @Test("uses a file that fits, whatever the versions of those that do not, and says why")
  func fit() throws {
    let needs = #" "needs": ["dh.fancy/2"],"#
    _ = try folder.copy(driver(version: "9.0.0", more: needs), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(version: "1.0.0"), as: "b/libPlainDriver.so")
    _ = try folder.copy(driver(version: "1.1.0"), as: "c/libPlainDriver.so")
    let strange = FixtureDriver.descriptor(version: "8.0.0")
      .replacing("\"blocking\"", with: "\"fibres\"")
    _ = try folder.copy(
      FixtureDriver.build("fibres", descriptor: strange),
      as: "d/libPlainDriver.so"
    )
    let catalog = catalog(("a", .option), ("b", .user), ("c", .system), ("d", .system))
    #expect(names(catalog) == ["PLAIN 1.1.0 c/libPlainDriver.so"])
    #expect(
      catalog.misfits.map { place($0.path) } == ["a/libPlainDriver.so", "d/libPlainDriver.so"]
    )
    #expect(catalog.superseded.map { place($0.path) } == ["b/libPlainDriver.so"])
    let reasons = reasons(catalog)
    #expect(reasons.count == 3)
    #expect(
      reasons[0].hasPrefix(
        "a/libPlainDriver.so: org.driverhost.test.plain 9.0.0 is not used: it \(CatalogTests.lacking)"
      )
    )
    #expect(
      reasons[0].hasSuffix(
        "; \(folder.path)/c/libPlainDriver.so of version 1.1.0 is used in its place"
      )
    )
    #expect(
      reasons[1].hasPrefix(
        "d/libPlainDriver.so: org.driverhost.test.plain 8.0.0 is not used: it needs a newer host: this one knows the executions `blocking` and `nonblocking`, and not `fibres`; "
      )
    )
    #expect(catalog.rejected.map(\.isSuperseded) == [false, false, true])
    #expect(try catalog.driver(for: "PLAIN").descriptor.version == SemanticVersion("1.1.0"))
  }

  @Test("names the newest that there is where none fits, by its type and by its id")
  func noneFits() throws {
    let needs = #" "needs": ["dh.fancy/2"],"#
    _ = try folder.copy(driver(version: "1.0.0", more: needs), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(version: "2.0.0", more: needs), as: "b/libPlainDriver.so")
    _ = try folder.copy(driver(id: "org.a", version: "1.5.0"), as: "c/libPlainDriver.so")
    let alone = catalog(("a", .user), ("b", .system))
    #expect(alone.drivers.isEmpty)
    #expect(
      reasons(alone).map { $0.prefix(22) } == ["a/libPlainDriver.so: i", "b/libPlainDriver.so: i"]
    )
    for selector in ["PLAIN", "PLAIN@org.driverhost.test.plain"] {
      let error = #expect(throws: HostError.self) { try alone.driver(for: selector) }
      #expect(error?.message.hasPrefix("the driver PLAIN 2.0.0 \(CatalogTests.lacking)") == true)
      #expect(error?.code == .unsupported && error?.stage == .driver)
    }
    // Another vendor's driver that fits has the type's name then; who asks for the first one hears why not.
    let both = catalog(("a", .user), ("b", .system), ("c", .system))
    #expect(names(both) == ["PLAIN 1.5.0 c/libPlainDriver.so"])
    let error = #expect(throws: HostError.self) {
      try both.driver(for: "PLAIN@org.driverhost.test.plain")
    }
    #expect(error?.message.hasPrefix("the driver PLAIN 2.0.0 \(CatalogTests.lacking)") == true)
  }

  @Test("lets what the caller names win outright, whatever its version")
  func optionWins() throws {
    _ = try folder.copy(driver(version: "9.0.0"), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(version: "1.0.0-dev"), as: "b/libPlainDriver.so")
    let catalog = catalog(("b", .option), ("a", .environment))
    #expect(names(catalog) == ["PLAIN 1.0.0-dev b/libPlainDriver.so"])
    #expect(reasons(catalog).count == 1)
    #expect(reasons(catalog)[0].hasSuffix("b/libPlainDriver.so was named for this run"))
  }

  @Test("gives a type's bare name to the first id on the path, and the others by TYPE@id")
  func severalIDs() throws {
    _ = try folder.copy(driver(id: "org.z"), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(id: "org.a", version: "7.0.0"), as: "b/libPlainDriver.so")
    let catalog = catalog(("a", .user), ("b", .system))
    #expect(
      names(catalog) == [
        "PLAIN 1.0.0 a/libPlainDriver.so", "PLAIN@org.a 7.0.0 b/libPlainDriver.so",
      ]
    )
    #expect(reasons(catalog) == [])
    #expect(try catalog.driver(for: "PLAIN").descriptor.id == "org.z")
    #expect(try catalog.driver(for: "PLAIN@org.a").descriptor.version == SemanticVersion("7.0.0"))
    #expect {
      try catalog.driver(for: "PLAIN@org.b")
    } throws: { error in
      (error as? HostError)?.message
        == "no driver for PLAIN has the id `org.b`; there is PLAIN@org.z, PLAIN@org.a"
    }
  }

  @Test("lets no new version of one driver take a type's bare name from another one")
  func versionsAndIDs() throws {
    _ = try folder.copy(driver(id: "org.z"), as: "a/libPlainDriver.so")
    _ = try folder.copy(driver(id: "org.a", version: "7.0.0"), as: "b/libPlainDriver.so")
    _ = try folder.copy(driver(id: "org.z", version: "1.1.0"), as: "c/libPlainDriver.so")
    let catalog = catalog(("a", .environment), ("b", .user), ("c", .system))
    #expect(
      names(catalog) == [
        "PLAIN 1.1.0 c/libPlainDriver.so", "PLAIN@org.a 7.0.0 b/libPlainDriver.so",
      ]
    )
    #expect(catalog.superseded.map { place($0.path) } == ["a/libPlainDriver.so"])
    #expect(catalog.rejected.map { place($0.path) } == ["a/libPlainDriver.so"])
  }

  @Test("looks at each file once, by whatever names it is reached")
  func sameFile() throws {
    let path = try folder.copy(driver(), as: "a/libPlainDriver.so")
    #expect(symlink(path, "\(folder.path)/a/libSecondDriver.so") == 0)
    #expect(symlink("\(folder.path)/a", "\(folder.path)/b") == 0)
    let catalog = catalog(("a", .option), ("b", .option), ("a/libPlainDriver.so", .environment))
    #expect(names(catalog) == ["PLAIN 1.0.0 a/libPlainDriver.so"])
    #expect(reasons(catalog) == ["a/libSecondDriver.so: it is the same file as \(path)"])
  }

  @Test("follows a link to a driver and holds the folder that it leads to against the rules")
  func links() throws {
    let path = try folder.copy(driver(), as: "real/1.so")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/links",
      withIntermediateDirectories: true
    )
    #expect(symlink(path, "\(folder.path)/links/libPlainDriver.so") == 0)
    #expect(names(catalog(("links", .system))) == ["PLAIN 1.0.0 real/1.so"])
    #expect(chmod("\(folder.path)/real", 0o777) == 0)
    let reasons = reasons(catalog(("links", .system)))
    #expect(reasons.count == 1)
    #expect(
      reasons.first?.hasPrefix(
        "links/libPlainDriver.so: everybody can write its folder \(folder.path)/real"
      ) == true
    )
  }

  @Test("refuses a link that somebody else could have lead to another file")
  func linkFolders() throws {
    let path = try folder.copy(driver(), as: "real/libPlainDriver.so")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/links",
      withIntermediateDirectories: true
    )
    let link = "\(folder.path)/links/libPlainDriver.so"
    #expect(symlink(path, link) == 0)
    #expect(symlink("\(folder.path)/real", "\(folder.path)/links/folder") == 0)
    #expect(chmod("\(folder.path)/links", 0o777) == 0)
    let cure = "(mode 777): chmod o-w \(folder.path)/links"
    // In the folder that is walked, named itself, and as the way to a folder.
    for entry in ["links", "links/libPlainDriver.so", "links/folder"] {
      let catalog = catalog((entry, .option))
      #expect(catalog.drivers.isEmpty, "\(entry)")
      #expect(reasons(catalog).count == 1)
      #expect(reasons(catalog).first?.hasSuffix(cure) == true, "\(reasons(catalog))")
    }
    // In a sticky folder nobody can take the link away; they could put others beside it.
    #expect(chmod("\(folder.path)/links", 0o1777) == 0)
    #expect(catalog(("links/libPlainDriver.so", .option)).drivers.count == 1)
    #expect(catalog(("links/folder", .option)).drivers.count == 1)
    #expect(catalog(("links", .option)).drivers.isEmpty)
    guard geteuid() == 0 else { return }
    #expect(lchown(link, 65534, 65534) == 0)
    #expect(
      reasons(catalog(("links/libPlainDriver.so", .option))).first?
        .contains("the link \(link) belongs to nobody, who could change what runs here") == true
    )
  }

  @Test("says for an unknown type what is near, what was not usable, and where it looked")
  func unknown() throws {
    _ = try folder.copy(driver(), as: "libPlainDriver.so")
    _ = try folder.write([], to: "libEmptyDriver.so")
    let catalog = catalog(("", .option), ("none", .system))
    do {
      _ = try catalog.driver(for: "PLAN")
      Issue.record("a driver was found")
    } catch {
      #expect(error.stage == .driver && error.code == .notFound)
      #expect(
        error.message == """
          no driver serves the type `PLAN`; did you mean `PLAIN`?
          not usable:
            \(folder.path)/libEmptyDriver.so: it is empty
          looked for lib<Type>Driver.so in:
            \(folder.path)/
            \(folder.path)/none
          """
      )
    }
  }
}
