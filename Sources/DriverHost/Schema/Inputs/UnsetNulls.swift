/// Which keys a null takes away that their schema does not allow.
///
/// Given at a call, a null says that the call is to be made without what would be there otherwise. In a file it
/// stands for nothing, and is a fault.
package enum UnsetNulls: Sendable, Hashable {
  /// Every key: all of them were given at the call.
  case all
  /// No key.
  case none
  /// These: the others come from a file.
  case of(Set<String>)

  /// Whether a null takes this key away.
  func unsets(_ name: String) -> Bool {
    switch self {
    case .all: true
    case .none: false
    case .of(let names): names.contains(name)
    }
  }
}
