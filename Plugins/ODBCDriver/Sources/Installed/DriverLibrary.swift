/// The file of an installed driver, and whether the loader can load it.
///
/// The driver manager says "file not found" also where the driver is there and a library that it needs is not.
struct DriverLibrary: Hashable, Sendable {
  /// A library that is needed and cannot be found.
  struct Missing: Hashable, Sendable {
    /// Such as `libpq.so.5`.
    let name: String
    /// The path of what needs it.
    let neededBy: String
  }

  /// What became of looking.
  enum State: Hashable, Sendable {
    /// All that it needs is there.
    case complete
    /// The driver has no library in odbcinst.ini.
    case unnamed
    case notFound
    case unusable(LibraryFault)
    /// At least one.
    case incomplete([Missing])
  }

  /// The driver's name in odbcinst.ini.
  let driver: String
  /// The file as odbcinst.ini has it; empty: it has none.
  let library: String
  /// Where it is; nil: it was not found.
  let path: String?
  let state: State

  /// More libraries than any driver needs.
  private static let limit = 1000

  /// Looks for a driver's file and for all that it needs, the needs of those included.
  ///
  /// - Parameters:
  ///   - driver: The driver's name in odbcinst.ini.
  ///   - attributes: What odbcinst.ini says of it.
  ///   - search: Where to look.
  init(
    of driver: String,
    attributes: [(keyword: String, value: String)],
    search: LibrarySearch = .standard
  ) {
    func value(_ keyword: String) -> String? {
      attributes.first { ConnectionString.isSame($0.keyword, keyword) && !$0.value.isEmpty }?.value
    }
    // A 64-bit unixODBC looks at the longer name first.
    self.init(of: driver, library: value("Driver64") ?? value("Driver") ?? "", search: search)
  }

  /// Looks for a driver's file and for all that it needs, the needs of those included.
  ///
  /// - Parameters:
  ///   - driver: The driver's name, for messages.
  ///   - library: A path, or a name without a slash.
  ///   - search: Where to look.
  init(of driver: String, library: String, search: LibrarySearch = .standard) {
    self.driver = driver
    self.library = library
    guard !library.isEmpty else {
      path = nil
      state = .unnamed
      return
    }
    path = search.driver(library)
    guard let path else {
      state = .notFound
      return
    }
    do {
      let needs = try LibraryNeeds(of: path, looksForFunctions: true)
      let user = LibraryUser(path: path, needs: needs, inherited: [])
      let missing = DriverLibrary.missing(for: user, search)
      // What is missing is the better reason.
      state =
        !missing.isEmpty
        ? .incomplete(missing) : needs.namesDriverFunction ? .complete : .unusable(.notADriver)
    } catch {
      state = .unusable(error)
    }
  }

  private static func missing(for driver: LibraryUser, _ search: LibrarySearch) -> [Missing] {
    var missing: [Missing] = []
    var users = [driver]
    // The loader loads a name once, wherever it is needed.
    var seen: Set<String> = []
    var next = 0
    while next < users.count, users.count < limit {
      let user = users[next]
      next += 1
      for name in user.needs.needed where seen.insert(name).inserted {
        guard let path = search.library(name, for: user) else {
          missing.append(Missing(name: name, neededBy: user.path))
          continue
        }
        guard let needs = try? LibraryNeeds(of: path) else { continue }
        let inherited = user.expanded(user.needs.rpath) + user.inherited
        users.append(LibraryUser(path: path, needs: needs, inherited: inherited))
      }
    }
    return missing
  }
}

extension DriverLibrary {
  /// Why the driver cannot be loaded and what to do, without a full stop; nil: nothing is wrong with it.
  var fault: String? {
    switch state {
    case .complete: nil
    case .unnamed:
      "the driver \(driver) has no library: "
        + "set Driver in its section of odbcinst.ini to the path of one"
    case .notFound:
      "the driver \(driver) is not installed: there is no \(library); "
        + "install its package, or correct Driver in odbcinst.ini"
    case .unusable(let fault):
      "the driver \(driver) cannot be loaded from \(path ?? library): \(fault); "
        + "install it again, or correct Driver in odbcinst.ini"
    case .incomplete(let missing): sentence(missing)
    }
  }

  private func sentence(_ missing: [Missing]) -> String {
    let names = missing.map { library in
      library.neededBy == path ? library.name : "\(library.name) (for \(library.neededBy))"
    }
    let list =
      names.count < 2
      ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")"
    let (verb, object) = names.count < 2 ? ("is", "it") : ("are", "them")
    return
      "the driver \(driver) needs \(list), which \(verb) not installed: install what has \(object)"
  }
}
