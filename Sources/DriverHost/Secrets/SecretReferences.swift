/// The texts in some inputs that refer to secrets.
struct SecretReferences: Sendable {
  /// One text.
  struct Place: Sendable {
    var pointer: JSONPointer
    /// As it was written.
    var text: String
    var template: SecretTemplate
  }

  /// In the order of the inputs; texts with nothing but an escape are among them.
  private(set) var places: [Place] = []
  /// What is wrong with some, by place.
  private(set) var malformed: [(pointer: JSONPointer, message: String)] = []

  /// Whether there is nothing to do.
  var isEmpty: Bool { places.isEmpty && malformed.isEmpty }

  /// None.
  init() {}

  /// Looks through inputs, the names of their members left alone.
  ///
  /// - Complexity: O(bytes of texts).
  init(in inputs: ValueMap) {
    var path: [String] = []
    for (name, value) in inputs {
      path.append(name)
      look(at: value, &path)
      path.removeLast()
    }
  }

  private mutating func look(at value: Value, _ path: inout [String]) {
    switch value {
    case .string(let text): look(at: text, path)
    case .list(let items):
      for (index, item) in items.enumerated() {
        path.append(String(index))
        look(at: item, &path)
        path.removeLast()
      }
    case .map(let members):
      for (name, member) in members {
        path.append(name)
        look(at: member, &path)
        path.removeLast()
      }
    case .null, .bool, .int, .double, .decimal, .bytes, .json: return
    }
  }

  private mutating func look(at text: String, _ path: [String]) {
    guard SecretTemplate.isIn(text) else { return }
    do {
      let template = try SecretTemplate(text)
      places.append(Place(pointer: JSONPointer(path), text: text, template: template))
    } catch {
      malformed.append((JSONPointer(path), error.message))
    }
  }

  /// Those that refer to some paths alone; all others are plain text.
  func among(_ paths: [SecretPath]) -> SecretReferences {
    var rest = self
    rest.places.removeAll { place in
      !place.template.references.allSatisfy { $0.path.map(paths.contains) ?? true }
    }
    rest.malformed = []
    return rest
  }

  /// Those that are not below one of some names: another source has set these.
  func without(_ isReplaced: (String) -> Bool) -> SecretReferences {
    var rest = self
    rest.places.removeAll { isReplaced($0.pointer.tokens[0]) }
    rest.malformed.removeAll { isReplaced($0.pointer.tokens[0]) }
    return rest
  }

  /// These and others.
  mutating func append(_ other: SecretReferences) {
    places += other.places
    malformed += other.malformed
  }
}
