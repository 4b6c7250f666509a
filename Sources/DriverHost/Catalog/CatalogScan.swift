/// One walk along a search path.
///
/// A driver's file is called `lib<Type>Driver.so`. In folders that hold drivers, another `.so` that
/// has a descriptor is named as misnamed; in the folder of the program, where other libraries live,
/// only files of the right name are looked at, and those without a descriptor are passed over. A
/// file that is named itself may be called anything.
struct CatalogScan {
  private(set) var found: [CatalogDriver] = []
  private(set) var rejected: [RejectedCandidate] = []
  private var trust = TrustRules()
  private var folders: Set<FileStatus.Identity> = []
  private var files: [FileStatus.Identity: String] = [:]

  /// Why a file is not taken; `isDriver` where it was meant as one.
  private struct Refusal: Error {
    var reason: String
    var isDriver = false
  }

  init(_ searchPath: SearchPath) {
    for entry in searchPath.entries { look(into: entry) }
  }

  private mutating func look(into entry: SearchPath.Entry) {
    do {
      let trail = try LinkTrail(entry.path)
      guard trail.status.kind == .folder else {
        lookAtFile(entry.path, of: entry)
        return
      }
      if let fault = trust.fault(ofLinks: trail.links) {
        reject(entry.path, fault)
        return
      }
      // Each folder once, by whatever names it comes.
      if folders.insert(trail.status.identity).inserted {
        try look(intoFolder: trail.path, of: entry)
      }
    } catch {
      // The folders that everybody has on the path need not be there.
      let mayBeMissing = entry.origin != .option && entry.origin != .environment
      if mayBeMissing, error.isNotFound { return }
      reject(entry.path, "\(CatalogScan.named(entry)) cannot be looked into: \(error)")
    }
  }

  private mutating func look(
    intoFolder path: String,
    of entry: SearchPath.Entry
  ) throws(SystemError) {
    let isForDrivers = !entry.origin.isShared
    let names = try Folder.names(in: path) { name in
      isForDrivers ? name.hasSuffix(".so") : CatalogScan.isDriverName(name)
    }
    found.reserveCapacity(found.count + names.count)
    files.reserveCapacity(files.count + names.count)
    for name in names { lookAtFile(name, in: path, of: entry) }
  }

  /// Looks at a file: that which an entry names, or one by its name in a folder that was resolved.
  private mutating func lookAtFile(
    _ name: String,
    in folder: String? = nil,
    of entry: SearchPath.Entry
  ) {
    let isNamed = folder == nil
    let path = folder.map { Folder.path(of: name, in: $0) } ?? name
    let hasDriverName = CatalogScan.isDriverName(isNamed ? Folder.name(of: path) : name)
    do {
      let driver = try read(name, in: folder, of: entry)
      guard isNamed || hasDriverName else {
        reject(
          path,
          "it has a driver's descriptor, but not a driver's name: call it lib<Type>Driver.so"
        )
        return
      }
      if let other = files.updateValue(path, forKey: driver.status.identity) {
        files[driver.status.identity] = other
        if other != path { reject(path, "it is the same file as \(other)", isSuperseded: true) }
        return
      }
      found.append(driver)
    } catch {
      let matters = error.isDriver || hasDriverName && !entry.origin.isShared
      if matters || isNamed { reject(path, error.reason) }
    }
  }

  private mutating func read(
    _ name: String,
    in folder: String?,
    of entry: SearchPath.Entry
  ) throws(Refusal) -> CatalogDriver {
    let trail = try CatalogScan.trail(name, in: folder)
    let status: FileStatus
    let note: ELFNote
    do {
      let file = try OpenFile(trail.path)
      status = file.status
      guard status.kind == .regular else { throw Refusal(reason: "it is no regular file") }
      note = try ELFNote.read(file)
    } catch let error as SystemError {
      throw Refusal(reason: "it cannot be opened: \(error)")
    } catch let fault as ELFFault {
      throw Refusal(reason: fault.description, isDriver: fault.isDriver)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(reason: "it cannot be read: \(error)")
    }
    if let fault = trust.fault(of: status, at: trail.path)
      ?? trust.fault(ofLinks: trail.links)
      // What was found in a folder is there because somebody may write that folder. Without links
      // it is the folder of `trail.path`, which has been looked at.
      ?? folder.flatMap({ trail.links.isEmpty ? nil : trust.fault(ofFolder: $0) })
    {
      throw Refusal(reason: fault, isDriver: true)
    }
    return CatalogDriver(
      descriptor: try CatalogScan.descriptor(note),
      path: trail.path,
      origin: entry,
      status: status,
      note: note
    )
  }

  /// The way to a regular file.
  ///
  /// What is none is not opened: it could be a device.
  private static func trail(_ name: String, in folder: String?) throws(Refusal) -> LinkTrail {
    do {
      let trail = try LinkTrail(name, in: folder)
      switch trail.status.kind {
      case .regular: return trail
      case .folder where trail.links.isEmpty: throw Refusal(reason: "it is a folder")
      case _ where trail.links.isEmpty: throw Refusal(reason: "it is no regular file")
      default: throw Refusal(reason: "it leads to \(trail.path), which is no regular file")
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(reason: "it cannot be looked at: \(error)")
    }
  }

  private static func descriptor(_ note: ELFNote) throws(Refusal) -> Descriptor {
    do {
      return try Descriptor(JSON.parse(note.descriptor, file: "descriptor"))
    } catch {
      let faults = error.faults.map(\.description).joined(separator: "; ")
      throw Refusal(
        reason: "its descriptor is wrong: \(faults.isEmpty ? error.message : faults)",
        isDriver: true
      )
    }
  }

  private mutating func reject(_ path: String, _ reason: String, isSuperseded: Bool = false) {
    rejected.append(RejectedCandidate(path: path, reason: reason, isSuperseded: isSuperseded))
  }

  private static func named(_ entry: SearchPath.Entry) -> String {
    switch entry.origin {
    case .option: "it"
    case .environment: "this part of DRIVERS_PATH"
    case .user: "the user's folder for drivers"
    case .system: "the system's folder for drivers"
    case .executable: "the program's own folder"
    case .library: "the library's own folder"
    }
  }

  private static func isDriverName(_ name: String) -> Bool {
    let bytes = name.utf8
    return bytes.starts(with: "lib".utf8) && name.hasSuffix("Driver.so")
      && bytes.count > "libDriver.so".utf8.count
  }
}
