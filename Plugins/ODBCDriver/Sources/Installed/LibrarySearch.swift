/// Where the driver manager looks for drivers, and the loader for what they need.
struct LibrarySearch: Sendable {
  /// The driver manager's own folders, which it looks into before all others.
  var driverFolders: [String]
  /// `LTDL_LIBRARY_PATH`: libltdl's, for drivers alone.
  var driverPath: [String]
  /// `LD_LIBRARY_PATH`.
  var libraryPath: [String]
  var cache: LoaderCache
  /// The loader's last resort.
  var systemFolders: [String]

  /// That of this process.
  static var standard: LibrarySearch {
    let name = Architecture.debianName
    return LibrarySearch(
      // unixODBC has one compiled in, its MODULEDIR: this is Debian's. Others set it to a folder of systemFolders.
      driverFolders: ["/usr/lib/\(name)/odbc"],
      driverPath: folders(LibraryFile.variable("LTDL_LIBRARY_PATH")),
      libraryPath: folders(LibraryFile.variable("LD_LIBRARY_PATH")),
      cache: LoaderCache(of: "/etc/ld.so.cache"),
      systemFolders: [
        "/lib/\(name)", "/usr/lib/\(name)", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
      ]
    )
  }

  /// Finds the file of a driver.
  ///
  /// unixODBC opens drivers with libltdl, which goes through folders itself and leaves the rest to the loader.
  ///
  /// - Parameter name: A path, or a name without a slash, as odbcinst.ini has it.
  /// - Returns: The path; nil: there is no such file.
  func driver(_ name: String) -> String? {
    if name.utf8.contains(UInt8(ascii: "/")) { return LibraryFile.isReadable(name) ? name : nil }
    let folders = driverFolders + driverPath + libraryPath + systemFolders
    let paths = folders.map { "\($0)/\(name)" } + cache.paths(of: name)
    return paths.first(where: LibraryFile.isReadable)
  }

  /// Finds a library that another one needs, as ld.so(8) describes it.
  ///
  /// The folders for processors of some kind (`glibc-hwcaps`) are left out: what is there is there in a plain form too.
  ///
  /// - Parameters:
  ///   - name: What is needed: a name, or a path.
  ///   - user: Who needs it.
  /// - Returns: The path; nil: the loader finds none that fits this program.
  func library(_ name: String, for user: LibraryUser) -> String? {
    let paths: [String]
    if name.utf8.contains(UInt8(ascii: "/")) {
      paths = user.expanded([name])
    } else {
      let inOrder =
        user.needs.runpath.map { libraryPath + user.expanded($0) }
        ?? user.expanded(user.needs.rpath) + user.inherited + libraryPath
      paths =
        inOrder.map { "\($0)/\(name)" } + cache.paths(of: name)
        + systemFolders.map { "\($0)/\(name)" }
    }
    return paths.first(where: LibrarySearch.ends)
  }

  /// Whether the loader stops to look at a path.
  ///
  /// It passes over libraries of other architectures, and stops at damaged ones.
  private static func ends(at path: String) -> Bool {
    do throws(LibraryFault) {
      _ = try LibraryNeeds(of: path)
      return true
    } catch {
      switch error {
      case .missing, .unreadable, .otherArchitecture: return false
      case .notELF, .notShared, .damaged, .notADriver: return true
      }
    }
  }

  /// The parts of a variable's list; an empty part is the current folder.
  private static func folders(_ list: String?) -> [String] {
    guard let list, !list.isEmpty else { return [] }
    return list.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == ";" }.map {
      $0.isEmpty ? "." : String($0)
    }
  }
}

/// A library that needs others.
struct LibraryUser: Hashable, Sendable {
  let path: String
  let needs: LibraryNeeds
  /// The folders that those who need it hand down (`DT_RPATH`).
  let inherited: [String]

  /// A library's folders with what they stand for.
  ///
  /// - Parameter folders: As they stand in the library.
  /// - Returns: Paths of folders.
  func expanded(_ folders: [String]) -> [String] {
    let origin = LibraryFile.folder(of: path) ?? "."
    let words = [
      ("$ORIGIN", origin), ("${ORIGIN}", origin),
      ("$LIB", "lib/\(Architecture.debianName)"), ("${LIB}", "lib/\(Architecture.debianName)"),
      ("$PLATFORM", Architecture.platform), ("${PLATFORM}", Architecture.platform),
    ]
    return folders.map { folder in
      words.reduce(folder) { $0.replacing($1.0, with: $1.1) }
    }
  }
}
