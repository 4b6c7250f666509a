import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
  /// Marks a test that takes long under a sanitizer, such as one of many damaged inputs: continuous integration
  /// runs it without one.
  package static var slow: Self {
    .enabled(
      if: (ProcessInfo.processInfo.environment["DRIVERS_SKIP_SLOW"] ?? "").isEmpty,
      "it takes long under a sanitizer; Scripts/test --sanitize runs it without --skip-slow"
    )
  }
}
