/// Waits until a condition holds, asking every few milliseconds, and fails after a deadline.
///
/// For what another thread or process does in its own time. The deadline is there to end a test
/// that would hang, so it is generous: no statement about speed.
package func eventually(
  _ what: String,
  within limit: Duration = .seconds(20),
  _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now + limit
  var pause = Duration.milliseconds(1)
  while true {
    if try await condition() { return }
    guard clock.now < end else { throw TestSupportError("did not happen within \(limit): \(what)") }
    try await Task.sleep(for: pause)
    pause = min(pause * 2, .milliseconds(50))
  }
}

/// Waits until `body` gives a value, as `eventually` does, and returns it.
package func eventually<Value>(
  _ what: String,
  within limit: Duration = .seconds(20),
  value body: () async throws -> Value?
) async throws -> Value {
  var found: Value?
  try await eventually(what, within: limit) {
    found = try await body()
    return found != nil
  }
  guard let found else { throw TestSupportError("did not happen: \(what)") }
  return found
}
