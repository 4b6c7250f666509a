import DriverHost

extension Value {
  /// A string, or null where there is none.
  init(_ text: String?) {
    self = text.map { .string($0) } ?? .null
  }
}
