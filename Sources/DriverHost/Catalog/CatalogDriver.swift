/// A driver that was found and may be used.
///
/// Nothing of it has been loaded.
public struct CatalogDriver: Sendable {
  /// What it says about itself.
  public let descriptor: Descriptor
  /// The file, without links.
  public let path: String
  /// Which build it is, in hexadecimal digits; nil if its linker wrote none.
  public let buildID: String?
  /// The entry of the search path that it was found by.
  public let origin: SearchPath.Entry
  /// Whether the type's bare name means it: `TYPE@id` selects the others.
  public internal(set) var isDefault = true

  /// The file as it was read.
  let status: FileStatus
  /// The descriptor's text as it was read.
  let note: [UInt8]

  init(
    descriptor: Descriptor,
    path: String,
    origin: SearchPath.Entry,
    status: FileStatus,
    note: ELFNote
  ) {
    self.descriptor = descriptor
    self.path = path
    self.origin = origin
    self.status = status
    buildID = note.buildID
    self.note = note.descriptor
  }

  /// Why this host cannot use it; nil where it can, as every driver in `Catalog.drivers`.
  package var misfit: String? { descriptor.misfit() }

  /// What is said to somebody who wants it all the same.
  ///
  /// - Parameter misfit: Why this host cannot use it.
  /// - Returns: An error of stage `.driver`.
  func misfitError(_ misfit: String) -> HostError {
    var error = HostError(
      .unsupported,
      stage: .driver,
      "the driver \(descriptor.name) \(descriptor.version) \(misfit)"
    )
    error.location = SourceLocation(file: path)
    return error
  }

  /// What selects this driver: the type's name, with the id where another one has the bare name.
  public var selector: String {
    isDefault ? descriptor.name : "\(descriptor.name)@\(descriptor.id)"
  }
}

/// A file that was looked at and is not used.
public struct RejectedCandidate: Sendable, Hashable {
  /// The file, or the entry of the search path that could not be looked into.
  public let path: String
  /// Why it is not used and what to do, without a full stop.
  public let reason: String
  /// Whether it is as it should be for this host, and another file is used in its place.
  public let isSuperseded: Bool
}
