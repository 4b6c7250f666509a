@testable package import DriverHost

extension Value {
  /// Whether two values are the same in every respect, which is more than that they are equal.
  ///
  /// In kind, in digits, in the sign of zero, in the order of members. Documents that are kept as
  /// text are looked into.
  package func isIdentical(to other: Value) -> Bool {
    switch (resolved, other.resolved) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
    case (.decimal(let a), .decimal(let b)): a.text.utf8.elementsEqual(b.text.utf8)
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a.elementsEqual(b) { $0.isIdentical(to: $1) }
    case (.map(let a), .map(let b)):
      a.elementsEqual(b) {
        $0.name.utf8.elementsEqual($1.name.utf8) && $0.value.isIdentical(to: $1.value)
      }
    default: false
    }
  }

  /// How many lists and maps stand inside each other at most.
  package var levels: Int {
    switch resolved {
    case .list(let items): 1 + (items.map(\.levels).max() ?? 0)
    case .map(let members): 1 + (members.map(\.value.levels).max() ?? 0)
    default: 0
    }
  }

  /// How many values it holds, itself included.
  package var valueCount: Int {
    switch resolved {
    case .list(let items): items.reduce(1) { $0 + $1.valueCount }
    case .map(let members): members.reduce(1) { $0 + $1.value.valueCount }
    default: 1
    }
  }

  /// Whether it is bytes, or holds some.
  package var holdsBytes: Bool {
    switch resolved {
    case .bytes: true
    case .list(let items): items.contains { $0.holdsBytes }
    case .map(let members): members.contains { $0.value.holdsBytes }
    default: false
    }
  }

  /// The places of all values in it, at most `limit` of them.
  package func places(limit: Int) -> [JSONPointer] {
    var places: [JSONPointer] = []
    collect(JSONPointer(), into: &places, limit)
    return places
  }

  private func collect(_ place: JSONPointer, into places: inout [JSONPointer], _ limit: Int) {
    guard places.count < limit else { return }
    places.append(place)
    switch resolved {
    case .list(let items):
      for (index, item) in items.enumerated() {
        item.collect(place.appending(index), into: &places, limit)
      }
    case .map(let members):
      for (name, value) in members { value.collect(place.appending(name), into: &places, limit) }
    default: return
    }
  }
}
