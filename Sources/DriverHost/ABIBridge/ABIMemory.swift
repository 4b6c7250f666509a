package import DriverABI

/// Memory for what an engine is given in the ABI's structs: it lives as long as this does.
///
/// Not thread-safe; what was made stays where it is.
@safe
package final class ABIMemory {
  private var arena = Arena()

  /// Memory with nothing in it.
  package init() {}

  deinit { arena.reset() }

  /// A text, followed by one NUL.
  package func text(_ string: String) -> dh_text_v1 { unsafe arena.abiText(string) }

  /// A text, or none.
  package func text(_ string: String?) -> dh_text_v1 {
    guard let string else { return unsafe dh_text_v1(ptr: nil, len: 0) }
    return unsafe arena.abiText(string)
  }

  /// Elements in a row; nil where there are none.
  package func array<Element>(_ elements: [Element]) -> UnsafePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let place = unsafe arena.allocate(Element.self, count: elements.count)
    for (index, element) in elements.enumerated() {
      unsafe (place + index).initialize(to: element)
    }
    return unsafe UnsafePointer(place)
  }

  /// One element.
  package func single<Element>(_ element: Element) -> UnsafePointer<Element> {
    let place = unsafe arena.allocate(Element.self, count: 1)
    unsafe place.initialize(to: element)
    return unsafe UnsafePointer(place)
  }

  /// A value as a tree.
  ///
  /// - Parameters:
  ///   - value: The value; documents in it become trees.
  ///   - secrets: The places of the secret ones, which are flagged. Memory that has held any is overwritten at its end.
  /// - Returns: The tree, which lives as long as this.
  package func tree(
    _ value: Value,
    secrets: [JSONPointer] = []
  ) -> UnsafePointer<dh_value_v1> {
    unsafe arena.tree(value, secrets: secrets)
  }
}
