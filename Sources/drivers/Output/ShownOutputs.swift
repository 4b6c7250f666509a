import DriverHost

extension ConnectionResult {
  /// The outputs as they may be shown: what the driver flagged as secret is masked.
  var shownOutputs: ValueMap { outputs.masking(secretOutputs) }
}

extension HostError {
  /// What the call had put out before it failed, as it may be shown: what the driver flagged as
  /// secret is masked.
  var shownOutputs: ValueMap { outputs.masking(secretOutputs) }
}

extension ValueMap {
  /// These members with the mask in some places of them.
  func masking(_ places: [JSONPointer]) -> ValueMap {
    var value = Value.map(self)
    for place in places { value = value.masking(place.tokens[...]) }
    return value.mapValue ?? [:]
  }
}

extension Value {
  /// This value with the mask in a place of it.
  fileprivate func masking(_ path: ArraySlice<String>) -> Value {
    guard let token = path.first else { return .string("***") }
    switch resolved {
    case .map(var members):
      if let member = members[token] { members[token] = member.masking(path.dropFirst()) }
      return .map(members)
    case .list(var items):
      if let index = Int(token), items.indices.contains(index) {
        items[index] = items[index].masking(path.dropFirst())
      }
      return .list(items)
    default: return self
    }
  }
}
