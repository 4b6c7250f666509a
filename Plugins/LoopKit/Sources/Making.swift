package import DriverKit

/// Something that is made when it is first needed, and once for all who need it meanwhile.
///
/// On the loop.
package final class Making {
  /// Is open once what is being made is there, or is not.
  private var gate: Gate?

  /// Nothing is made yet.
  package init() {}

  /// What is there, or is made.
  ///
  /// - Parameters:
  ///   - scope: How long.
  ///   - existing: What is there and can be used; nil: it has to be made.
  ///   - make: Makes it, and keeps it for `existing`.
  /// - Throws: Why it is not there.
  /// - Returns: It.
  package func value<Product>(
    _ scope: Scope,
    existing: () -> Product?,
    make: () async throws(DriverError) -> Product
  ) async throws(DriverError) -> Product {
    while true {
      if let product = existing() { return product }
      guard let gate else { break }
      if let error = try await gate.pass(scope) { throw error }
    }
    let gate = Gate()
    self.gate = gate
    do throws(DriverError) {
      let product = try await make()
      self.gate = nil
      gate.open()
      return product
    } catch {
      self.gate = nil
      // What the call itself came to is nobody else's failure; but a password that is wrong is not tried by each call.
      gate.open(scope.failure == nil ? error : nil)
      throw error
    }
  }
}
