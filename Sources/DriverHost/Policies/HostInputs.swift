/// The inputs that mean the same for every connector type, because the host acts on them.
package struct HostInputs: Sendable, Hashable {
  /// After how long the call is asked to stop, all of its attempts together.
  package var maxRuntime: Duration?
  /// When it is made again; nil: as its type says.
  package var retry: Retry?
  /// How often calls begin.
  package var rateLimit: RateLimit?
  /// How many calls there are at once.
  package var maxConcurrency: Int?

  /// Whether there are further attempts.
  package enum Retry: Sendable, Hashable {
    case never
    case policy(RetryPolicy)
  }

  /// None of them.
  package init() {}

  /// The names of those inputs.
  package static let names = ["max_concurrency", "max_runtime", "rate_limit", "retry"]

  /// Whether there is any of them among inputs: most calls have none.
  package static func areIn(_ inputs: ValueMap) -> Bool {
    let span = inputs.members.span
    for index in span.indices {
      // Lengths first, which cost nothing to compare.
      switch span[index].name.utf8.count {
      case 5, 10, 11, 15: if names.contains(span[index].name) { return true }
      default: continue
      }
    }
    return false
  }

  /// What `max_runtime` says among inputs; nil where it says nothing, or nothing that could be.
  static func runtimeLimit(in inputs: ValueMap) -> Duration? {
    guard let value = inputs["max_runtime"] else { return nil }
    var reader = HostInputReader(locations: nil)
    return reader.read(["max_runtime": value]).maxRuntime
  }

  /// Takes them out of a call's inputs.
  ///
  /// - Parameters:
  ///   - inputs: The inputs of a call; without them afterwards.
  ///   - secrets: Places that are secret, which faults do not quote.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Returns: What they say, and what is wrong with them.
  static func take(
    from inputs: inout ValueMap,
    secrets: [JSONPointer] = [],
    locations: ((JSONPointer) -> SourceLocation?)? = nil
  ) -> (HostInputs, [Fault]) {
    var reader = HostInputReader(locations: locations)
    reader.secretNames = secrets.compactMap(\.tokens.first)
    let result = reader.read(inputs)
    inputs.removeAll { name, _ in names.contains(name) }
    return (result, reader.faults)
  }

  /// What a descriptor's `defaults` say.
  ///
  /// One of which something cannot be read is passed over as a whole, since the rest may mean more than was meant:
  /// attempts without an end, say. Members that are not known are passed over alone.
  package init(defaults: ValueMap) {
    var reader = HostInputReader(locations: nil)
    var readable = defaults
    _ = reader.read(defaults)
    for fault in reader.faults where fault.kind != .extra {
      readable.removeAll { name, _ in name == fault.pointer.tokens.first }
    }
    self = reader.read(readable)
  }

  /// What is wrong with a descriptor's `defaults`.
  static func faults(in defaults: ValueMap) -> [Fault] {
    var reader = HostInputReader(locations: nil)
    _ = reader.read(defaults)
    return reader.faults
  }
}

extension InputSchema {
  /// Completes the inputs of one call as `complete` does, and reads the host's own among them.
  ///
  /// - Parameters:
  ///   - inputs: As they were given.
  ///   - action: An action of the descriptor.
  ///   - nullsUnset: As for `complete`.
  ///   - secrets: As for `complete`.
  ///   - locations: Where in a file a place of the inputs stands.
  /// - Throws: All faults of both, at the stage `.input`.
  /// - Returns: The inputs as the driver gets them, and the host's.
  package func completeAll(
    _ inputs: ValueMap,
    action: String,
    nullsUnset: UnsetNulls = .all,
    secrets: [JSONPointer] = [],
    locations: ((JSONPointer) -> SourceLocation?)? = nil
  ) throws(HostError) -> (CompleteInputs, HostInputs) {
    var others = inputs
    let (own, faults) = HostInputs.take(from: &others, secrets: secrets, locations: locations)
    do throws(HostError) {
      let complete = try self.complete(
        others,
        action: action,
        nullsUnset: nullsUnset,
        secrets: secrets,
        locations: locations
      )
      if !faults.isEmpty { throw HostError(faults: faults, of: "the input") }
      return (complete, own)
    } catch {
      if faults.isEmpty || error.faults == faults || error.faults.isEmpty { throw error }
      throw HostError(faults: error.faults + faults, of: "the input for \(typeName)")
    }
  }
}

/// Reads the host's own inputs, and collects what is wrong with them.
private struct HostInputReader {
  let locations: ((JSONPointer) -> SourceLocation?)?
  /// The names of inputs that hold secrets.
  var secretNames: [String] = []
  var faults: [Fault] = []

  init(locations: ((JSONPointer) -> SourceLocation?)?) { self.locations = locations }

  mutating func read(_ inputs: ValueMap) -> HostInputs {
    var result = HostInputs()
    if let value = inputs["max_runtime"] {
      result.maxRuntime = duration(value, JSONPointer(["max_runtime"]), isZeroAllowed: false)
    }
    if let value = inputs["retry"] { result.retry = retry(value) }
    if let value = inputs["rate_limit"] { result.rateLimit = rateLimit(value) }
    if let value = inputs["max_concurrency"] {
      result.maxConcurrency = count(value, JSONPointer(["max_concurrency"]))
    }
    return result
  }

  private mutating func retry(_ value: Value) -> HostInputs.Retry? {
    let place = JSONPointer(["retry"])
    var policy = RetryPolicy()
    switch value.resolved {
    case .null: return nil
    case .bool(false): return .never
    case .bool(true): return .policy(policy)
    case .map(let map):
      let known = ["attempts", "deadline", "initial", "jitter", "maximum", "multiplier"]
      checkNames(map, known, place)
      if let value = map["attempts"] { policy.attempts = count(value, place.appending("attempts")) }
      func time(_ name: String, _ time: inout Duration, _ reader: inout HostInputReader) {
        guard let value = map[name] else { return }
        time = reader.duration(value, place.appending(name), isZeroAllowed: true) ?? time
      }
      time("initial", &policy.initial, &self)
      time("maximum", &policy.maximum, &self)
      time("deadline", &policy.deadline, &self)
      if let value = map["multiplier"] {
        if let number = value.resolved.doubleValue, number >= 1, number <= 1000 {
          policy.multiplier = number
        } else {
          add(place.appending("multiplier"), "a number from 1 to 1000", value)
        }
      }
      if let value = map["jitter"] {
        if let truth = value.resolved.boolValue {
          policy.hasJitter = truth
        } else {
          add(place.appending("jitter"), "true or false", value)
        }
      }
      return policy.attempts == 1 ? .never : .policy(policy)
    default:
      add(place, "a map such as {attempts: 3, initial: 1}, or true or false", value)
      return nil
    }
  }

  private mutating func rateLimit(_ value: Value) -> RateLimit? {
    let place = JSONPointer(["rate_limit"])
    if case .null = value.resolved { return nil }
    let map = value.resolved.mapValue
    if let map { checkNames(map, ["burst", "calls", "per"], place) }
    let callsPlace = map == nil ? place : place.appending("calls")
    guard let given = map == nil ? value : map?["calls"] else {
      add(callsPlace, "how many calls may begin in each period", .null, kind: .missing)
      return nil
    }
    guard let calls = given.resolved.doubleValue, calls > 0, calls <= 1e9 else {
      add(
        callsPlace,
        map == nil
          ? "a number of calls a second above 0, or a map such as {calls: 10, per: 60, burst: 2}"
          : "a number above 0",
        given
      )
      return nil
    }
    var limit = RateLimit(calls: calls)
    if let per = map?["per"] {
      limit.period = duration(per, place.appending("per"), isZeroAllowed: false) ?? limit.period
    }
    if let burst = map?["burst"] {
      limit.burst = count(burst, place.appending("burst")) ?? limit.burst
    }
    return limit
  }

  private mutating func duration(
    _ value: Value,
    _ place: JSONPointer,
    isZeroAllowed: Bool
  ) -> Duration? {
    if case .null = value.resolved { return nil }
    guard let seconds = value.resolved.doubleValue, seconds.isFinite, seconds < 1e9,
      seconds > 0 || isZeroAllowed && seconds == 0
    else {
      let least = isZeroAllowed ? "not below 0" : "above 0"
      add(place, "a number of seconds \(least) and below 1e9; fractions are allowed", value)
      return nil
    }
    return .seconds(seconds)
  }

  private mutating func count(_ value: Value, _ place: JSONPointer) -> Int? {
    if case .null = value.resolved { return nil }
    guard let count = value.resolved.intValue, count >= 1, count <= Int32.max else {
      add(place, "a whole number of at least 1", value)
      return nil
    }
    return Int(count)
  }

  private mutating func checkNames(_ map: ValueMap, _ known: [String], _ place: JSONPointer) {
    for (name, _) in map where !known.contains(name) {
      let pointer = place.appending(name)
      faults.append(
        Fault(
          .extra,
          at: pointer,
          "unknown: it takes \(known.joined(separator: ", "))",
          nearest: NearestName.of(name, among: known),
          location: locations?(pointer)
        )
      )
    }
  }

  private func shown(_ got: Value, _ place: JSONPointer) -> String {
    if let name = place.tokens.first, secretNames.contains(name) { return Redactor.mask }
    return FaultText.line(JSON.text(got), upTo: 80)
  }

  private mutating func add(
    _ place: JSONPointer,
    _ expected: String,
    _ got: Value,
    kind: Fault.Kind = .invalid
  ) {
    faults.append(
      Fault(
        kind,
        at: place,
        kind == .missing ? "missing: \(expected)" : "expected \(expected)",
        expected: expected,
        got: kind == .missing ? nil : shown(got, place),
        location: locations?(place)
      )
    )
  }
}
