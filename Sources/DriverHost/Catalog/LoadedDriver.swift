import DriverABI

/// A driver that is in this process: its code, held against what its file said.
struct LoadedDriver: Sendable {
  /// What was read of it before it was loaded.
  let driver: CatalogDriver
  /// What it does.
  let functions: DriverRuntime.Functions

  /// What it says about itself.
  var descriptor: Descriptor { driver.descriptor }

  /// Loads a driver, or finds it loaded, and asks its entry for its functions.
  ///
  /// What its descriptor asks for is compared with what this host has before any code of it runs.
  /// The file is checked once more, since time has passed since the catalog was read, and the
  /// descriptor of the image that the loader has mapped is compared with the one that was read:
  /// what was read is what runs.
  ///
  /// - Parameters:
  ///   - driver: A driver of the catalog.
  ///   - host: The host as this driver is to see it, valid until the process ends.
  ///   - interfaces: The ids that `host` answers.
  ///   - willRun: Told before code of the driver runs: should that crash, somebody knows where.
  /// - Returns: The driver's functions.
  /// - Throws: `HostError` of stage `.driver` that says what does not fit and what to do.
  static func load(
    _ driver: CatalogDriver,
    host: UnsafePointer<dh_host_v1>,
    interfaces: [String] = HostFunctions.interfaces,
    willRun: (DriverProbe.Step) -> Void = { _ in }
  ) throws(HostError) -> LoadedDriver {
    try checkNeeds(of: driver.descriptor, interfaces)
    try checkFile(of: driver)
    willRun(.loading)
    let library: SharedLibrary
    do {
      library = try SharedLibrary.load(driver.path, driver.status.identity)
    } catch {
      throw failure(driver, "\(error)")
    }
    try compare(library, with: driver)
    guard let entry = unsafe library.entry else {
      throw failure(
        driver,
        "it does not export \(DH_ENTRY_SYMBOL): write it with DH_DRIVER_ENTRY, and keep it visible"
      )
    }
    willRun(.entry)
    guard let table = unsafe entry(host, DH_DRIVER_V1) else {
      throw failure(
        driver,
        "its entry answers nothing to \(DH_DRIVER_V1), which its descriptor names under \"abi\""
      )
    }
    return unsafe LoadedDriver(driver: driver, functions: try functions(table, of: driver))
  }

  /// Compares what a driver asks for with what this host has.
  static func checkNeeds(
    of descriptor: Descriptor,
    _ interfaces: [String] = HostFunctions.interfaces
  ) throws(HostError) {
    guard descriptor.abi.contains(DH_DRIVER_V1) else {
      throw HostError(
        .unsupported,
        stage: .driver,
        "the driver \(descriptor.name) \(descriptor.version) answers "
          + "\(descriptor.abi.joined(separator: ", ")), this host calls \(DH_DRIVER_V1): "
          + "get a version of one that fits the other"
      )
    }
    let missing = descriptor.needs.filter { !interfaces.contains($0) }
    guard missing.isEmpty else {
      throw HostError(
        .unsupported,
        stage: .driver,
        "the driver \(descriptor.name) \(descriptor.version) needs \(missing.joined(separator: ", ")), "
          + "this host has \(interfaces.joined(separator: ", ")): use a newer host, or an older "
          + "version of the driver"
      )
    }
  }

  /// Whether the file is still the one that the catalog describes, and still nobody else's to
  /// change.
  private static func checkFile(of driver: CatalogDriver) throws(HostError) {
    let status: FileStatus
    let note: ELFNote
    do {
      let file = try OpenFile(driver.path)
      status = file.status
      note = try ELFNote.read(file)
    } catch {
      throw failure(driver, "it was there and cannot be read any longer: \(error)")
    }
    var trust = TrustRules()
    if let fault = trust.fault(of: status, at: driver.path) { throw failure(driver, fault) }
    guard status.identity == driver.status.identity, note.descriptor == driver.note,
      note.buildID == driver.buildID
    else {
      throw failure(driver, "it was replaced after its descriptor was read: read the catalog again")
    }
  }

  /// Holds the image in memory against the file.
  private static func compare(
    _ library: SharedLibrary,
    with driver: CatalogDriver
  ) throws(HostError) {
    let notes = library.image.notes
    guard notes.descriptors.count == 1, let loaded = notes.descriptors.first else {
      throw failure(
        driver,
        "its descriptor is in the file but not in what the loader maps of it: link it again"
      )
    }
    // Of two builds without an id nobody can say whether they are one.
    guard loaded.type == ELFNote.type, loaded.text.elementsEqual(driver.note),
      notes.buildID == driver.buildID, driver.buildID != nil || !library.isOfEarlierFile
    else {
      throw failure(
        driver,
        "another build of it is in this process already, and a driver is never unloaded: restart the "
          + "process"
      )
    }
  }

  private static func functions(
    _ table: UnsafeRawPointer,
    of driver: CatalogDriver
  ) throws(HostError) -> DriverRuntime.Functions {
    let isAligned = UInt(bitPattern: table) % UInt(MemoryLayout<dh_driver_v1>.alignment) == 0
    guard isAligned else {
      throw failure(driver, "its entry answers an address that no dh_driver_v1 can have")
    }
    let table = unsafe table.assumingMemoryBound(to: dh_driver_v1.self).pointee
    var missing: [String] = []
    if unsafe table.create == nil { missing.append("create") }
    if unsafe table.destroy == nil { missing.append("destroy") }
    if unsafe table.start == nil { missing.append("start") }
    guard let create = unsafe table.create, let destroy = unsafe table.destroy,
      let start = unsafe table.start
    else {
      throw failure(
        driver,
        "its dh_driver_v1 has no \(missing.joined(separator: ", ")): all three functions must be there"
      )
    }
    return unsafe DriverRuntime.Functions(create: create, destroy: destroy, start: start)
  }

  private static func failure(_ driver: CatalogDriver, _ reason: String) -> HostError {
    var error = HostError(
      .unavailable,
      stage: .driver,
      "the driver \(driver.descriptor.name) cannot be used: \(reason)"
    )
    error.location = SourceLocation(file: driver.path)
    return error
  }
}
