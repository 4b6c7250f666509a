/// The drivers that a search path leads to, read from their files without loading one.
///
/// - A driver found by an entry of origin `.option` wins over the same driver found elsewhere.
/// - Among files of one id the highest version is used; among equal ones, the first on the path.
/// - Where several ids serve one type, the first on the path has the type's bare name, and
///   `TYPE@id`
///   selects the others.
public struct Catalog: Sendable {
  /// The drivers that can be used, by type, then in the order of the path.
  public let drivers: [CatalogDriver]
  /// What was looked at and is not used, in the order of the path.
  public let rejected: [RejectedCandidate]
  /// Where was looked.
  public let searchPath: SearchPath

  /// Looks along a search path.
  ///
  /// What cannot be used is kept in `rejected`.
  public init(searchPath: SearchPath = .standard()) {
    let scan = CatalogScan(searchPath)
    let choice = DriverChoice(scan.found)
    drivers = choice.drivers
    rejected = scan.rejected + choice.superseded
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
    let ofType = drivers.filter { $0.descriptor.name == name }
    guard !ofType.isEmpty else { throw unknownType(name) }
    guard parts.count == 2 else { return ofType.first { $0.isDefault } ?? ofType[0] }
    let id = String(parts[1])
    if let driver = ofType.first(where: { $0.descriptor.id == id }) { return driver }
    let known = ofType.map { "\(name)@\($0.descriptor.id)" }.joined(separator: ", ")
    throw HostError(
      .notFound,
      stage: .driver,
      "no driver for \(name) has the id `\(id)`; there is \(known)"
    )
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
    let name: String
    let id: String
  }

  private(set) var drivers: [CatalogDriver]
  private(set) var superseded: [RejectedCandidate] = []

  /// Chooses among drivers that are given in the order of the path.
  init(_ found: [CatalogDriver]) {
    var best: [Key: Int] = [:]
    for (index, driver) in found.enumerated() {
      let key = Key(name: driver.descriptor.name, id: driver.descriptor.id)
      if let other = best[key], !DriverChoice.isBetter(driver, than: found[other]) { continue }
      best[key] = index
    }
    var types: Set<String> = []
    drivers = []
    for (index, driver) in found.enumerated() {
      let key = Key(name: driver.descriptor.name, id: driver.descriptor.id)
      guard let chosen = best[key] else { continue }
      if chosen == index {
        drivers.append(driver)
        drivers[drivers.count - 1].isDefault = types.insert(driver.descriptor.name).inserted
      } else {
        superseded.append(DriverChoice.rejection(of: driver, for: found[chosen]))
      }
    }
    // The sort is stable, so drivers of one type stay in the order of the path.
    drivers.sort { $0.descriptor.name < $1.descriptor.name }
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
