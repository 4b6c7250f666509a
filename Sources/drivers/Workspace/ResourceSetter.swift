import ArgumentParser
import DriverHost
import Glibc

/// Stores a document or changes, once they have been found valid.
struct ResourceSetter<Resource: CommandResource> {
  let name: String
  let options: ResourceOptions
  let change: SetOptions
  /// What else the command line changes.
  let changeMore: (inout Resource) -> Void

  /// Stores what the command line says.
  func run() throws {
    let workspace = try options.workspace()
    let check = options.check(in: workspace)
    let store = Resource.store(in: workspace)
    _ = try store.path(of: name)
    let report =
      try change.file.map { file throws(HostError) in try storeFile(file, store, check) }
      ?? storeChanges(store, check)
    report.show(asJSON: options.json)
  }

  // MARK: - A document

  private func storeFile(
    _ file: String,
    _ store: ResourceStore<Resource>,
    _ check: ResourceCheck
  ) throws(HostError) -> StoringReport<Resource> {
    let subject = Files.name(file)
    let parsed = try store.parse(try Files.read(file), name: name, file: subject)
    var resource = parsed.resource
    changeMore(&resource)
    let faults = check.faults(in: resource, ResourcePlaces(parsed))
    guard faults.isEmpty else { throw HostError(faults: faults, of: subject) }
    let path = try store.path(of: name)
    let isSame = (try? store.load(name))?.resource == resource
    try store.write(resource, if: .always)
    var report = StoringReport(resource: resource, path: path)
    report.isChanged = !isSame || !parsed.droppedLines.isEmpty || !parsed.cutLines.isEmpty
    report.source = parsed
    report.sourceName = subject
    report.warnings = warnings(
      of: resource,
      check,
      readableFile: Files.isReadableByOthers(file) ? file : nil
    )
    return report
  }

  // MARK: - Changes

  private func storeChanges(
    _ store: ResourceStore<Resource>,
    _ check: ResourceCheck
  ) throws(HostError) -> StoringReport<Resource> {
    let path = try store.path(of: name)
    let type = try self.type(store)
    // Read once, and not while others wait for the folder: standard input may take its time.
    let edits = try Edits(change, check.descriptor(of: type, for: Resource.self))
    while true {
      if try isStored(store) {
        var changed: Resource?
        let before = try store.update(name) { resource throws(HostError) in
          guard change.type != nil || resource.type == type else { throw movedOn }
          let stored = resource
          try apply(edits, to: &resource)
          try validate(resource, check, stored, store)
          changed = resource
        }
        let resource = changed ?? before.resource
        var report = StoringReport(resource: resource, path: path)
        report.isChanged = resource != before.resource
        report.source = before
        report.sourceName = before.path
        report.warnings = warnings(
          of: resource,
          check,
          readableFile: !report.isChanged && before.isReadableByOthers ? path : nil
        )
        return report
      }
      var resource = Resource(name: name, type: type)
      try apply(edits, to: &resource)
      try validate(resource, check, nil, store)
      do throws(HostError) {
        try store.write(resource, if: .isNew)
      } catch {
        // Somebody else has made it meanwhile; our changes are for theirs then.
        if error.code == .conflict, try isStored(store) { continue }
        throw error
      }
      var report = StoringReport(resource: resource, path: path)
      report.warnings = warnings(of: resource, check, readableFile: nil)
      return report
    }
  }

  private func isStored(_ store: ResourceStore<Resource>) throws(HostError) -> Bool {
    try store.names().contains(name)
  }

  /// The type that there is to be.
  private func type(_ store: ResourceStore<Resource>) throws(HostError) -> String {
    if let type = change.type { return type }
    do throws(HostError) {
      return try store.load(name).resource.type
    } catch {
      guard error.code == .notFound else { throw error }
      throw HostError(
        .notFound,
        stage: .input,
        "\(error.message) (a new one needs its type: --type TYPE)"
      )
    }
  }

  private var movedOn: HostError {
    HostError(
      .conflict,
      stage: .input,
      "the \(Resource.word) \(name) has got another type meanwhile; look at it and try again"
    )
  }

  private func apply(_ edits: Edits, to resource: inout Resource) throws(HostError) {
    if let type = change.type { resource.type = type }
    if let description = change.description {
      resource.summary = description.isEmpty ? nil : description
    }
    try edits.apply(to: &resource.value)
    changeMore(&resource)
  }

  private func validate(
    _ resource: Resource,
    _ check: ResourceCheck,
    _ before: Resource?,
    _ store: ResourceStore<Resource>
  ) throws(HostError) {
    var places = ResourcePlaces()
    if before != nil, let stored = try? store.load(name) {
      places = ResourcePlaces(stored, without: InputArguments.names(change.inputs).all)
    }
    let faults = check.faults(in: resource, places)
    guard faults.isEmpty else {
      throw HostError(faults: faults, of: "the \(Resource.word) \(name)")
    }
  }

  private func warnings(
    of resource: Resource,
    _ check: ResourceCheck,
    readableFile: String?
  ) -> [String] {
    check.warnings(of: resource, readableFile: readableFile)
      + check.unusableVaults(of: resource, ResourcePlaces()).map(\.description)
  }
}

/// The changes of inputs on a command line.
private struct Edits {
  private let edits: [InputArguments.Edit]
  private let unset: [[String]]

  init(_ options: SetOptions, _ descriptor: Descriptor) throws(HostError) {
    edits = InputArguments(
      hints: InputHints([descriptor.inputs] + descriptor.actions.map(\.inputs)),
      isShown: { path in
        descriptor.actions.allSatisfy { InputSecrecy(descriptor, action: $0.name).isShown(path) }
      }
    ).edits(options.inputs)
    // A key is written as in an argument.
    var unset: [[String]] = []
    for (index, key) in options.unset.enumerated() {
      unset.append(try InputArgument("\(key)=", number: index + 1).path)
    }
    self.unset = unset
  }

  func apply(to inputs: inout ValueMap) throws(HostError) {
    for path in unset {
      guard Edits.remove(path[...], from: &inputs) else {
        throw HostError(
          .invalidInput,
          stage: .input,
          "--unset \(path.joined(separator: ".")): there is no such input stored"
            + NearestName.hint(for: path[0], among: inputs.names)
        )
      }
    }
    try InputArguments.apply(edits, to: &inputs)
  }

  private static func remove(_ path: ArraySlice<String>, from map: inout ValueMap) -> Bool {
    guard let name = path.first, let value = map[name] else { return false }
    let rest = path.dropFirst()
    if rest.isEmpty {
      map.remove(name)
      return true
    }
    guard var inner = value.resolved.mapValue, remove(rest, from: &inner) else { return false }
    map[name] = .map(inner)
    return true
  }
}
