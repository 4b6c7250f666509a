/// The drivers that a search path leads to, read from their files without loading one.
///
/// - A driver that does not fit this host, by its `abi`, its `needs` or its execution, is not used, whatever its
///   version.
/// - A driver found by an entry of origin `.option` wins over the same driver found elsewhere.
/// - Among the other files of one id the highest version is used; among equal ones, the first on the path.
/// - Where several ids serve one type, the one that comes first on the path, in whatever version,
///   has the type's bare name, and `TYPE@id` selects the others: a new version of a driver never
///   takes the name from another one.
public struct Catalog: Sendable {
  /// The drivers that can be used, by type, then in the order in which their ids come on the path.
  public let drivers: [CatalogDriver]
  /// What was looked at and is not used, in the order of the path.
  public let rejected: [RejectedCandidate]
  /// The drivers among `rejected` that are as they should be, and in whose place another file is
  /// used.
  package let superseded: [CatalogDriver]
  /// The drivers among `rejected` that other hosts can use, in the order of the path.
  package let misfits: [CatalogDriver]
  /// Where was looked.
  public let searchPath: SearchPath

  /// Looks along a search path.
  ///
  /// What cannot be used is kept in `rejected`.
  public init(searchPath: SearchPath = .standard()) {
    let scan = CatalogScan(searchPath)
    // What does not fit loses against everything that does, also against lower versions.
    let misfits = scan.found.filter { $0.misfit != nil }
    let choice = DriverChoice(misfits.isEmpty ? scan.found : scan.found.filter { $0.misfit == nil })
    self.misfits = misfits
    drivers = choice.drivers
    superseded = choice.superseded.map(\.driver)
    rejected =
      scan.rejected + misfits.map(choice.rejection(ofMisfit:)) + choice.superseded.map(\.rejection)
    self.searchPath = searchPath
  }

  /// The driver for a type, `REST`, or for a type and an id, `REST@org.example.rest`.
  ///
  /// - Throws: `HostError` of stage `.driver` that names the nearest type, what was rejected, and
  ///   where
  ///   was looked.
  public func driver(for selector: String) throws(HostError) -> CatalogDriver {
    let parts = selector.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let id = parts.count == 2 ? String(parts[1]) : nil
    let ofType = drivers.filter { $0.descriptor.name == name }
    if id == nil, !ofType.isEmpty { return ofType.first { $0.isDefault } ?? ofType[0] }
    if let driver = ofType.first(where: { $0.descriptor.id == id }) { return driver }
    if let driver = newestMisfit(name, id), let misfit = driver.misfit {
      throw driver.misfitError(misfit)
    }
    guard let id, !ofType.isEmpty else { throw unknownType(name) }
    let known = ofType.map { "\(name)@\($0.descriptor.id)" }.joined(separator: ", ")
    throw HostError(
      .notFound,
      stage: .driver,
      "no driver for \(name) has the id `\(id)`; there is \(known)"
    )
  }

  /// The newest driver for a type, and an id if there is one, that this host cannot use.
  private func newestMisfit(_ name: String, _ id: String?) -> CatalogDriver? {
    misfits.filter { $0.descriptor.name == name && (id == nil || $0.descriptor.id == id) }
      .reduce(nil) { newest, driver in
        guard let newest, newest.descriptor.version >= driver.descriptor.version else {
          return driver
        }
        return newest
      }
  }

  private func unknownType(_ name: String) -> HostError {
    var message = "no driver serves the type `\(name)`"
    let types = drivers.filter(\.isDefault).map(\.descriptor.name)
    if let nearest = NearestName.of(name, among: types) {
      message += "; did you mean `\(nearest)`?"
    } else if !types.isEmpty {
      message += "; there are \(types.joined(separator: ", "))"
    }
    let broken = rejected.filter { !$0.isSuperseded }
    if !broken.isEmpty {
      message += "\nnot usable:\n"
      message += broken.map { "  \($0.path): \($0.reason)" }.joined(separator: "\n")
    }
    message += "\nlooked for lib<Type>Driver.so in:\n"
    message += searchPath.entries.map { "  \($0.path)" }.joined(separator: "\n")
    return HostError(.notFound, stage: .driver, message)
  }
}

/// Which of several drivers for the same are used.
private struct DriverChoice {
  private struct Key: Hashable {
    let name: ExactName
    let id: ExactName

    init(_ descriptor: Descriptor) {
      name = ExactName(descriptor.name)
      id = ExactName(descriptor.id)
    }
  }

  private(set) var drivers: [CatalogDriver]
  private(set) var superseded: [(driver: CatalogDriver, rejection: RejectedCandidate)] = []

  /// Chooses among drivers that are given in the order of the path.
  init(_ found: [CatalogDriver]) {
    // For each id, in the order of the path, its best file.
    var best: [Int] = []
    var places: [Key: Int] = Dictionary(minimumCapacity: found.count)
    // For each file, the place of its id in `best`.
    var placeOfFile: [Int] = []
    // A driver's place is that of its id, not that of its best file: otherwise the type's name
    // would go to another vendor's driver when a newer version of the first one is installed
    // further back.
    for index in found.indices {
      let key = Key(found[index].descriptor)
      if let place = places[key] {
        if DriverChoice.isBetter(found[index], than: found[best[place]]) { best[place] = index }
        placeOfFile.append(place)
      } else {
        places[key] = best.count
        placeOfFile.append(best.count)
        best.append(index)
      }
    }
    var types = Set<String>(minimumCapacity: best.count)
    drivers = best.map { index in
      var driver = found[index]
      driver.isDefault = types.insert(driver.descriptor.name).inserted
      return driver
    }
    // The sort is stable, so drivers of one type stay in the order of the path.
    drivers.sort { $0.descriptor.name < $1.descriptor.name }
    for index in found.indices {
      let chosen = best[placeOfFile[index]]
      guard chosen != index else { continue }
      let rejection = DriverChoice.rejection(of: found[index], for: found[chosen])
      superseded.append((found[index], rejection))
    }
  }

  /// Why a driver that does not fit is not used, and what is in its place.
  func rejection(ofMisfit driver: CatalogDriver) -> RejectedCandidate {
    let descriptor = driver.descriptor
    let key = Key(descriptor)
    var reason = "it \(driver.misfit ?? "")"
    if let chosen = drivers.first(where: { Key($0.descriptor) == key })
      ?? drivers.first(where: { $0.descriptor.name == descriptor.name })
    {
      reason =
        "\(descriptor.id) \(descriptor.version) is not used: \(reason); "
        + "\(chosen.path) of version \(chosen.descriptor.version) is used in its place"
    }
    return RejectedCandidate(path: driver.path, reason: reason, isSuperseded: false)
  }

  private static func isBetter(_ driver: CatalogDriver, than other: CatalogDriver) -> Bool {
    let isNamed = (driver.origin.origin == .option, other.origin.origin == .option)
    guard isNamed.0 == isNamed.1 else { return isNamed.0 }
    return driver.descriptor.version > other.descriptor.version
  }

  private static func rejection(
    of driver: CatalogDriver,
    for chosen: CatalogDriver
  ) -> RejectedCandidate {
    let descriptor = driver.descriptor
    let version = chosen.descriptor.version
    let why =
      if chosen.origin.origin == .option, driver.origin.origin != .option {
        "\(chosen.path) was named for this run"
      } else if descriptor.version == version {
        "\(chosen.path) has the same version and comes first"
      } else {
        "\(chosen.path) has the higher version \(version)"
      }
    return RejectedCandidate(
      path: driver.path,
      reason: "\(descriptor.id) \(descriptor.version) is not used: \(why)",
      isSuperseded: true
    )
  }
}
