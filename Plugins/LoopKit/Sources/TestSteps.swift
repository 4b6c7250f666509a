package import DriverKit

/// The steps of an action `test` and what became of them.
///
/// On the loop.
package final class TestSteps {
  /// One map for each step, in the order in which they were taken or left out.
  package private(set) var outputs: [OutputValue] = []
  private var names: [String] = []
  private let hint: (DriverError) -> String

  /// No step is taken yet.
  ///
  /// - Parameter hint: What to do about an error; empty: its message says all there is.
  package init(hint: @escaping (DriverError) -> String) { self.hint = hint }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - body: Takes it, and says what has come of it.
  /// - Throws: Why it failed; that is noted.
  /// - Returns: What the step has made.
  @discardableResult
  package func run<Value>(
    _ name: String,
    _ body: () async throws(DriverError) -> (Value, String)
  ) async throws(DriverError) -> Value {
    let start = Loop.now()
    names.append(name)
    do throws(DriverError) {
      let (value, message) = try await body()
      add(name, "passed", Loop.now() - start, message, "")
      return value
    } catch {
      add(name, "failed", Loop.now() - start, error.message, hint(error))
      throw error
    }
  }

  /// Tells of the steps that were not taken.
  ///
  /// - Parameter all: The names of all steps that there are, or how these begin.
  package func skip(_ all: [String]) {
    for name in all where !names.contains(where: { $0.hasPrefix(name) }) {
      add(name, "skipped", nil, "an earlier step failed", "")
    }
  }

  private func add(
    _ name: String,
    _ outcome: String,
    _ seconds: Double?,
    _ message: String,
    _ hint: String
  ) {
    outputs.append(
      .map([
        ("name", .string(name)), ("outcome", .string(outcome)),
        ("seconds", seconds.map { .double($0) } ?? .null), ("message", .string(message)),
        ("hint", .string(hint)),
      ])
    )
  }
}
