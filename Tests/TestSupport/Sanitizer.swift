import Foundation
package import Testing

/// The sanitizer that the tests run under, as Scripts/test says.
package enum Sanitizer: String, Sendable {
  case address, thread

  /// The one of this run; nil: none.
  package static let current = Sanitizer(
    rawValue: ProcessInfo.processInfo.environment["DRIVERS_SANITIZER"] ?? ""
  )
}

extension Trait where Self == ConditionTrait {
  /// Skips the test under sanitizers, for a reason that stands in Tests/allowed-skips.txt.
  package static func unavailable(under sanitizers: Sanitizer..., reason: Comment) -> Self {
    .disabled(if: Sanitizer.current.map(sanitizers.contains) ?? false, reason)
  }
}
