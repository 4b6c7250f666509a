extension ValueMap {
  /// These members with the mask in some places of them.
  package func masking(_ places: [JSONPointer]) -> ValueMap {
    guard !places.isEmpty else { return self }
    return Value.map(self).masking(places).mapValue ?? [:]
  }
}

extension Value {
  /// This value with the mask in some places of it.
  func masking(_ places: [JSONPointer]) -> Value {
    var value = self
    for place in places { value.replace(at: place.tokens[...], by: .string(Redactor.mask)) }
    return value
  }

  /// Puts a value where something stands; nothing where nothing does.
  mutating func replace(at path: ArraySlice<String>, by other: Value) {
    guard let token = path.first else {
      self = other
      return
    }
    switch resolved {
    case .map(var members):
      guard var member = members[token] else { return }
      member.replace(at: path.dropFirst(), by: other)
      members[token] = member
      self = .map(members)
    case .list(var items):
      guard let index = Int(token), items.indices.contains(index) else { return }
      items[index].replace(at: path.dropFirst(), by: other)
      self = .list(items)
    default: return
    }
  }
}
