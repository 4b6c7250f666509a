/// A resource as it stands in its file.
public final class StoredResource<Resource: WorkspaceResource>: Sendable {
  /// The resource.
  public let resource: Resource
  /// The file's content when it was read: what `ResourceStore.write` compares with.
  public let bytes: [UInt8]
  /// The lines that carry no data, and are lost when the resource is stored anew, from 1.
  public let droppedLines: [Int]
  /// The lines that end in a comment, which is lost then, from 1.
  public let cutLines: [Int]
  /// Whether others than the owner may read the file.
  public let isReadableByOthers: Bool
  /// What a call takes from it.
  package let inputs: StoredInputs

  /// The file's path.
  public var path: String { inputs.path }

  init(
    _ resource: Resource,
    path: String,
    bytes: [UInt8],
    document: ParsedDocument,
    isReadableByOthers: Bool
  ) {
    self.resource = resource
    self.bytes = bytes
    self.isReadableByOthers = isReadableByOthers
    droppedLines = document.droppedLines
    cutLines = document.cutLines
    inputs = StoredInputs(resource, path: path, locations: document.locations)
  }

  /// Where a member of the document stands in the file, or what is nearest to it.
  public func location(of pointer: JSONPointer) -> SourceLocation? { inputs.location(of: pointer) }
}

/// The inputs that a resource stores, and what a call must know of them; made once for all calls.
package final class StoredInputs: Sendable {
  /// The resource's name.
  package let name: String
  /// The connector type.
  package let type: String
  /// The inputs.
  package let values: ValueMap
  /// The file that they stand in.
  package let path: String
  /// The secrets that are attached.
  package let vaultSecrets: [SecretPath]
  /// The texts that refer to secrets.
  let references: SecretReferences
  /// The names whose value is null.
  let nullNames: Set<String>
  private let locations: SourceMap

  fileprivate init(_ resource: some WorkspaceResource, path: String, locations: SourceMap) {
    name = resource.name
    type = resource.type
    values = resource.value
    self.path = path
    self.locations = locations
    vaultSecrets = resource.attachedSecrets
    references = SecretReferences(in: resource.value)
    nullNames = Set(resource.value.lazy.filter { $0.value.isNull }.map(\.name))
  }

  /// Whether both say the same to a driver.
  func isSame(as other: StoredInputs) -> Bool {
    self === other || type == other.type && values == other.values
  }

  /// Where an input stands in the file, or what is nearest to it.
  package func location(ofInput pointer: JSONPointer) -> SourceLocation? {
    var place = JSONPointer(["value"] + pointer.tokens)
    place.isOfName = pointer.isOfName
    return locations.nearest(to: place)
  }

  fileprivate func location(of pointer: JSONPointer) -> SourceLocation? {
    locations.nearest(to: pointer)
  }
}
