import DriverHost

/// Everything that is wrong in a workspace, whichever file it is in.
struct WorkspaceValidation {
  private let check: ResourceCheck
  private(set) var faults: [Fault] = []
  private(set) var warnings: [String] = []
  private(set) var connectors: [String] = []
  private(set) var vaults: [String] = []

  init(_ check: ResourceCheck) { self.check = check }

  /// Looks at connectors and vault configurations.
  ///
  /// - Parameter names: Which; empty: all of them.
  /// - Throws: That the folders cannot be read, or that there is nothing of a name.
  mutating func look(at names: [String]) throws(HostError) {
    let connectors = try check.workspace.connectors.names()
    let vaults = try check.workspace.vaults.names()
    if names.isEmpty {
      self.connectors = connectors
      self.vaults = vaults
    } else {
      self.connectors = names.filter { connectors.contains($0) || !vaults.contains($0) }
      self.vaults = names.filter(vaults.contains)
    }
    for name in self.connectors { look(at: name, in: check.workspace.connectors) }
    for name in self.vaults { look(at: name, in: check.workspace.vaults) }
  }

  private mutating func look<Resource: CommandResource>(
    at name: String,
    in store: ResourceStore<Resource>
  ) {
    do throws(HostError) {
      let stored = try store.load(name)
      let places = ResourcePlaces(stored)
      faults += check.faults(in: stored.resource, places)
      faults += check.unusableVaults(of: stored.resource, places)
      warnings += check.warnings(
        of: stored.resource,
        readableFile: stored.isReadableByOthers ? stored.path : nil
      ).map { warning in
        let place = stored.path
        return warning.hasPrefix(place) ? warning : "\(place): \(warning)"
      }
    } catch {
      faults +=
        error.faults.isEmpty
        ? [
          Fault(
            error.code == .notFound ? .missing : .syntax,
            at: error.pointer ?? JSONPointer(),
            error.message,
            location: error.location
          )
        ] : error.faults
    }
  }
}
