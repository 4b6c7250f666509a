import DriverABI

/// A driver whose code is in this process, held against what its file said; its entry has not run.
///
/// No code of it knows a host yet.
@safe
struct MappedDriver {
  /// What was read of it before it was loaded.
  let driver: CatalogDriver
  private let entry: SharedLibrary.Entry

  /// Maps a driver, or finds it mapped.
  ///
  /// What its descriptor asks for is compared with what this host has before any code of it runs.
  /// The file is checked once more, since time has passed since the catalog was read, and the
  /// descriptor of the image that the loader has mapped is compared with the one that was read:
  /// what was read is what runs.
  ///
  /// - Parameters:
  ///   - driver: A driver of the catalog.
  ///   - interfaces: The ids that the host answers.
  ///   - willRun: Told before code of the driver runs: should that crash, somebody knows where.
  /// - Throws: `HostError` of stage `.driver` that says what does not fit and what to do.
  init(
    _ driver: CatalogDriver,
    interfaces: [String] = HostABI.interfaces,
    willRun: (DriverProbe.Step) -> Void = { _ in }
  ) throws(HostError) {
    // A catalog holds no such driver; what is called with others must not rely on it.
    if let misfit = driver.descriptor.misfit(with: interfaces) {
      throw driver.misfitError(misfit)
    }
    try MappedDriver.checkFile(of: driver)
    willRun(.loading)
    let library: SharedLibrary
    do {
      library = try SharedLibrary.load(driver.path, driver.status.identity)
    } catch {
      throw driver.unusable("\(error)", rule: "LIB-9")
    }
    try MappedDriver.compare(library, with: driver)
    guard let entry = unsafe library.entry else {
      throw driver.unusable(
        "it does not export \(DH_ENTRY_SYMBOL): write it with DH_DRIVER_ENTRY, and keep it visible",
        rule: "LIB-2"
      )
    }
    self.driver = driver
    unsafe self.entry = entry
  }

  /// Asks the entry for the driver's functions.
  ///
  /// - Parameters:
  ///   - host: The host as this driver is to see it, valid until the process ends.
  ///   - willRun: Told before code of the driver runs.
  /// - Returns: The driver with its functions.
  /// - Throws: `HostError` of stage `.driver` that says what is wrong with them.
  func load(
    host: UnsafePointer<dh_host_v1>,
    willRun: (DriverProbe.Step) -> Void = { _ in }
  ) throws(HostError) -> LoadedDriver {
    willRun(.entry)
    guard let table = unsafe entry(host, DH_DRIVER_V1) else {
      throw driver.unusable(
        "its entry answers nothing to \(DH_DRIVER_V1), which its descriptor names under \"abi\"",
        rule: "DESC-7"
      )
    }
    return unsafe LoadedDriver(driver: driver, functions: try functions(table))
  }

  /// What the entry answers to any id.
  func answer(host: UnsafePointer<dh_host_v1>, _ id: String) -> UnsafeRawPointer? {
    unsafe entry(host, id)
  }

  // MARK: - Checks

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
      throw driver.unusable("it was there and cannot be read any longer: \(error)")
    }
    var trust = TrustRules()
    if let fault = trust.fault(of: status, at: driver.path) { throw driver.unusable(fault) }
    guard status.identity == driver.status.identity, note.descriptor == driver.note,
      note.buildID == driver.buildID
    else {
      throw driver.unusable("it was replaced after its descriptor was read: read the catalog again")
    }
  }

  /// Holds the image in memory against the file.
  private static func compare(
    _ library: SharedLibrary,
    with driver: CatalogDriver
  ) throws(HostError) {
    let notes = library.image.notes
    guard notes.descriptors.count == 1, let loaded = notes.descriptors.first else {
      throw driver.unusable(
        "its descriptor is in the file but not in what the loader maps of it: link it again",
        rule: "DESC-1"
      )
    }
    // Of two builds without an id nobody can say whether they are one.
    guard loaded.type == ELFNote.type, loaded.text.elementsEqual(driver.note),
      notes.buildID == driver.buildID, driver.buildID != nil || !library.isOfEarlierFile
    else {
      throw driver.unusable(
        "another build of it is in this process already, and a driver is never unloaded: restart the "
          + "process"
      )
    }
  }

  private func functions(
    _ table: UnsafeRawPointer
  ) throws(HostError) -> DriverRuntime.Functions {
    let isAligned = UInt(bitPattern: table) % UInt(MemoryLayout<dh_driver_v1>.alignment) == 0
    guard isAligned else {
      throw driver.unusable(
        "its entry answers an address that no dh_driver_v1 can have",
        rule: "ENTRY-3"
      )
    }
    let table = unsafe table.assumingMemoryBound(to: dh_driver_v1.self).pointee
    var missing: [String] = []
    if unsafe !ABIReading.isGiven(function: table.create) { missing.append("create") }
    if unsafe !ABIReading.isGiven(function: table.destroy) { missing.append("destroy") }
    if unsafe !ABIReading.isGiven(function: table.start) { missing.append("start") }
    guard missing.isEmpty else {
      throw driver.unusable(
        "its dh_driver_v1 has no \(missing.joined(separator: ", ")): all three functions must be there",
        rule: "ENTRY-4"
      )
    }
    return unsafe DriverRuntime.Functions(
      create: table.create,
      destroy: table.destroy,
      start: table.start
    )
  }
}

extension CatalogDriver {
  /// Why the driver cannot be used.
  ///
  /// - Parameters:
  ///   - reason: What is wrong.
  ///   - rule: The rule of the ABI that it breaks, if it breaks one.
  /// - Returns: An error of stage `.driver`.
  fileprivate func unusable(_ reason: String, rule: String? = nil) -> HostError {
    var error = HostError(
      .unavailable,
      stage: .driver,
      "the driver \(descriptor.name) cannot be used: \(reason)"
    )
    error.location = SourceLocation(file: path)
    error.rule = rule
    return error
  }
}
