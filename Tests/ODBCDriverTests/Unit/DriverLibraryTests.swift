import Glibc
import TestSupport
import Testing

@testable import ODBCDriver

@Suite("The library of a driver", .requires(.gcc))
struct DriverLibraryTests {
  private let folder: TemporaryFolder
  private var search = LibrarySearch.standard

  init() throws {
    folder = try TemporaryFolder()
    search.driverFolders = [folder.path]
    search.driverPath = []
    search.libraryPath = []
  }

  /// Builds a library, which needs others that are built before.
  @discardableResult
  private func build(_ name: String, needs: [String] = [], _ options: [String] = []) async throws
    -> String
  {
    let source = try folder.write("int SQLAllocHandle(void) { return 1; }\n", to: "\(name).c")
    let path = folder.file("lib\(name).so")
    try await Command.check(
      try Tool.gcc.required(),
      [
        "-shared", "-fPIC", "-nostdlib", "-Wl,--no-as-needed", "-Wl,-soname,lib\(name).so", source,
        "-o", path,
      ]
        + needs.map { folder.file("lib\($0).so") } + options
    )
    return path
  }

  @Test("is found in the driver manager's folder, and is complete")
  func complete() async throws {
    let path = try await build("driver")
    let library = DriverLibrary(
      of: "X",
      attributes: [("Description", "x"), ("DRIVER", "libdriver.so")],
      search: search
    )
    #expect(library.path == path && library.state == .complete && library.fault == nil)
    #expect(DriverLibrary(of: "X", library: path, search: search).state == .complete)
  }

  @Test("has to have a function of ODBC")
  func noDriver() {
    let library = DriverLibrary(of: "X", library: "libm.so.6")
    #expect(library.state == .unusable(.notADriver))
    #expect(library.fault?.contains("it has no function of ODBC") == true)
  }

  @Test("is that for 64 bits where there are two")
  func both() {
    let library = DriverLibrary(
      of: "X",
      attributes: [("Driver", "a.so"), ("Driver64", "b.so")],
      search: search
    )
    #expect(library.library == "b.so" && library.state == .notFound)
    let none = DriverLibrary(of: "X", attributes: [("Driver", "")], search: search)
    #expect(none.state == .unnamed)
    #expect(none.fault?.contains("the driver X has no library") == true)
  }

  @Test("names what it needs and what is not there")
  func missing() async throws {
    try await build("gone")
    let path = try await build("driver", needs: ["gone"])
    unlink(folder.file("libgone.so"))
    let library = DriverLibrary(of: "X", library: "libdriver.so", search: search)
    #expect(
      library.state == .incomplete([DriverLibrary.Missing(name: "libgone.so", neededBy: path)])
    )
    #expect(
      library.fault == "the driver X needs libgone.so, which is not installed: install what has it"
    )
  }

  @Test("names what those need that it needs")
  func transitive() async throws {
    try await build("gone")
    let middle = try await build("middle", needs: ["gone"])
    try await build("driver", needs: ["middle", "gone"], ["-Wl,-rpath,$ORIGIN"])
    unlink(folder.file("libgone.so"))
    let library = DriverLibrary(of: "X", library: "libdriver.so", search: search)
    // One name is looked for once, by the first that needs it.
    #expect(
      library.state
        == .incomplete([.init(name: "libgone.so", neededBy: folder.file("libdriver.so"))])
    )
    try await build(
      "driver",
      needs: ["middle"],
      ["-Wl,-rpath,$ORIGIN", "-Wl,--allow-shlib-undefined"]
    )
    let through = DriverLibrary(of: "X", library: "libdriver.so", search: search)
    #expect(through.state == .incomplete([.init(name: "libgone.so", neededBy: middle)]))
    #expect(through.fault?.contains("needs libgone.so (for \(middle)), which is not") == true)
  }

  @Test("hands the older kind of folder list down, and not the newer one")
  func folders() async throws {
    try await build("deep")
    try await build("middle", needs: ["deep"])
    for (option, isHandedDown) in [("--disable-new-dtags", true), ("--enable-new-dtags", false)] {
      let path = try await build(
        "driver",
        needs: ["middle"],
        ["-Wl,\(option)", "-Wl,-rpath,$ORIGIN"]
      )
      let needs = try LibraryNeeds(of: path)
      #expect((needs.runpath == nil) == isHandedDown && needs.needed == ["libmiddle.so"])
      let library = DriverLibrary(of: "X", library: path, search: search)
      #expect((library.state == .complete) == isHandedDown)
    }
  }

  @Test("may need a library by its path from where it stands itself")
  func path() async throws {
    try await build("other", ["-Wl,-soname,$ORIGIN/libother.so"])
    let path = try await build("driver", needs: ["other"])
    #expect(try LibraryNeeds(of: path).needed == ["$ORIGIN/libother.so"])
    #expect(DriverLibrary(of: "X", library: path, search: search).state == .complete)
    unlink(folder.file("libother.so"))
    #expect(
      DriverLibrary(of: "X", library: path, search: search).fault?.contains(
        "needs $ORIGIN/libother.so,"
      ) == true
    )
  }

  @Test("ends where libraries need each other")
  func circle() async throws {
    try await build("a")
    try await build("b", needs: ["a"], ["-Wl,-rpath,$ORIGIN"])
    try await build("a", needs: ["b"], ["-Wl,-rpath,$ORIGIN"])
    #expect(DriverLibrary(of: "X", library: "liba.so", search: search).state == .complete)
  }

  @Test("is found through the environment's folders")
  func environment() async throws {
    try await build("other")
    try await build("driver", needs: ["other"])
    var search = search
    search.driverFolders = []
    search.libraryPath = [folder.path]
    #expect(DriverLibrary(of: "X", library: "libdriver.so", search: search).state == .complete)
  }

  @Test(
    "may be none",
    arguments: [("", LibraryFault.notELF), ("#!/bin/sh\n", .notELF), ("\u{7F}ELF", .damaged)]
  )
  func other(content: String, fault: LibraryFault) throws {
    try folder.write(content, to: "x.so")
    let library = DriverLibrary(of: "X", library: "x.so", search: search)
    #expect(library.state == .unusable(fault))
    #expect(library.fault?.contains(folder.file("x.so")) == true)
  }

  @Test("of another architecture, or that is a program, is said to be that")
  func kinds() async throws {
    let path = try await build("driver")
    var bytes = try folder.read("libdriver.so")
    bytes[18] ^= 0xFF
    try folder.write(bytes, to: "libdriver.so")
    #expect(throws: LibraryFault.otherArchitecture) { try LibraryNeeds(of: path) }
    bytes[18] ^= 0xFF
    bytes[16] = 2
    try folder.write(bytes, to: "libdriver.so")
    #expect(throws: LibraryFault.notShared) { try LibraryNeeds(of: path) }
    #expect(throws: LibraryFault.missing) { try LibraryNeeds(of: folder.file("none.so")) }
    #expect(throws: LibraryFault.unreadable("it is no file")) { try LibraryNeeds(of: folder.path) }
  }

  @Test("is read without harm, wherever it is cut off or damaged")
  func damaged() async throws {
    try await build("other")
    let path = try await build("driver", needs: ["other"])
    let bytes = try folder.read("libdriver.so")
    let whole = try LibraryNeeds(of: path)
    var kinds: Set<String> = []
    for place in Array(0..<64) + stride(from: 64, to: bytes.count, by: 53) {
      for value in [UInt8(0), 0xFF] {
        var changed = bytes
        changed[place] = value
        kinds.insert(outcome(of: changed, whole))
      }
      kinds.insert(outcome(of: Array(bytes[..<place]), whole))
    }
    #expect(kinds.isSuperset(of: ["same", "damaged", "notELF"]))
  }

  private func outcome(of bytes: [UInt8], _ whole: LibraryNeeds) -> String {
    let path = folder.file("x.so")
    // There are many: without the steps that make a file safe.
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    #expect(write(file, bytes, bytes.count) == bytes.count)
    close(file)
    do throws(LibraryFault) {
      return try LibraryNeeds(of: path) == whole ? "same" : "other"
    } catch {
      switch error {
      case .damaged: return "damaged"
      case .notELF: return "notELF"
      default: return "another fault"
      }
    }
  }
}
