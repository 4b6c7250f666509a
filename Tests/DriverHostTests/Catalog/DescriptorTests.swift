import TestSupport
import Testing

@testable import DriverHost

@Suite("A descriptor")
struct DescriptorTests {
  /// Reads a descriptor that must be refused, and gives its faults by place.
  private func faults(_ text: String) throws -> [String: String] {
    do {
      _ = try Descriptor(JSON.parse(text))
      Issue.record("the descriptor was taken")
      return [:]
    } catch {
      #expect(error.stage == .driver)
      return Dictionary(
        error.faults.map { ($0.pointer.description, $0.message) },
        uniquingKeysWith: { "\($0); \($1)" }
      )
    }
  }

  @Test("passes over what it does not know in the defaults of the host's own inputs")
  func newerDefaults() throws {
    let defaults = """
      {"max_runtime": 5, "retry": {"attempts": 2, "on": ["x"]}, "rate_limit": {"each": 1}}
      """
    let descriptor = try Descriptor(
      JSON.parse(FixtureDriver.descriptor(more: "\"defaults\": \(defaults),"))
    )
    let own = HostInputs(defaults: descriptor.defaults)
    #expect(own.maxRuntime == .seconds(5) && own.rateLimit == nil)
    guard case .policy(let policy)? = own.retry else {
      Issue.record("there is no retry")
      return
    }
    #expect(policy.attempts == 2)
    // What is left of one that cannot be read might mean more than was meant: attempts without an end.
    let others: ValueMap = [
      "retry": ["attempts": 0, "initial": 1], "rate_limit": ["calls": 10, "per": "minute"],
      "max_concurrency": 4,
    ]
    let rest = HostInputs(defaults: others)
    #expect(rest.retry == nil && rest.rateLimit == nil && rest.maxConcurrency == 4)
    let places = descriptor.strange.map { $0.pointer.description }
    let unknown = ["rate_limit/calls", "rate_limit/each", "retry/on"].map { "/defaults/\($0)" }
    #expect(places.sorted() == unknown)
  }

  @Test("with only what is required gets the documented defaults")
  func defaults() throws {
    let descriptor = try Descriptor(JSON.parse(FixtureDriver.descriptor()))
    #expect(descriptor.name == "PLAIN" && descriptor.title == "PLAIN")
    #expect(descriptor.version == SemanticVersion("1.0.0"))
    #expect(descriptor.concurrency == .sessionSerial)
    #expect(descriptor.grace == .seconds(2))
    #expect(descriptor.needs.isEmpty && descriptor.session == nil)
    #expect(descriptor.inputs == .map([:]))
    #expect(descriptor.defaultAction == "call")
    let action = try #require(descriptor.action("call"))
    #expect(action.kind == .run && action.effect == .write && action.outputKinds == [.value])
    #expect(!action.isIdempotent && action.isCancellable && action.channels.isEmpty)
  }

  @Test("with everything in it is read whole")
  func whole() throws {
    let descriptor = try Descriptor(
      JSON.parse(
        """
        {"descriptor": 1, "name": "X_2", "id": "org.example.x", "title": "X", "version": "1.2.3-rc.1",
         "vendor": "V", "licence": "MIT", "summary": "S", "homepage": "https://example.org",
         "abi": ["dh.driver/1"], "needs": ["dh.reactor/1"], "execution": "nonblocking",
         "concurrency": "driver-serial", "capabilities": {"network": true, "files": true},
         "inputs": {"type": "object"}, "session": {"reset": true}, "default_action": "b",
         "grace_ms": 500, "defaults": {"max_runtime": 60}, "from_the_future": {"a": [1]},
         "actions": [
           {"name": "a", "kind": "analysis"},
           {"name": "b", "title": "B", "summary": "Bs.", "kind": "run", "inputs": {"type": "object"},
            "outputs": {"type": "object"}, "effect": "destructive", "idempotent": true,
            "cancellable": false, "output_kinds": ["rows", "bytes"],
            "channels": [{"name": "in", "direction": "in", "content": "values"},
                         {"name": "body", "direction": "out"}]}]}
        """
      )
    )
    #expect(descriptor.execution == .nonblocking && descriptor.concurrency == .driverSerial)
    #expect(descriptor.capabilities.network && descriptor.capabilities.files)
    #expect(!descriptor.capabilities.processes)
    #expect(descriptor.session?.reset == true && descriptor.session?.check == false)
    #expect(descriptor.grace == .milliseconds(500))
    #expect(descriptor.defaults["max_runtime"] == 60)
    #expect(descriptor.defaultAction == "b")
    #expect(descriptor.action("a")?.effect == .read)
    let action = try #require(descriptor.action("b"))
    #expect(action.effect == .destructive && action.isIdempotent && !action.isCancellable)
    #expect(action.outputKinds == [.rows, .bytes])
    #expect(action.channels.map(\.direction) == [.input, .output])
    #expect(action.channels.map(\.content) == [.values, .bytes])
    #expect(descriptor.document["from_the_future"]["a"][0] == 1)
  }

  @Test("that lacks everything names all that is missing at once")
  func missing() throws {
    let faults = try faults("{}")
    #expect(
      Set(faults.keys) == [
        "/descriptor", "/name", "/id", "/version", "/abi", "/execution", "/actions",
      ]
    )
  }

  @Test("that is wrong in many ways names each with its place")
  func wrong() throws {
    let faults = try faults(
      """
      {"descriptor": 2, "name": "rest", "id": "rest", "version": "1.0", "title": 7, "abi": [],
       "needs": ["a", 1], "execution": ["blocking"], "concurrency": 3, "capabilities": {"network": "yes"},
       "inputs": [], "session": true, "default_action": "cal", "grace_ms": -1, "defaults": 1,
       "actions": [
         {"name": "call", "kind": 7, "effect": {}, "output_kinds": ["value", 2], "implements": [3]},
         {"name": "call", "channels": [{"name": "a", "direction": "out"}, {"name": "a"}, 3]},
         {"name": "open"}, {"name": "two words"}, {"title": "T"}, 5]}
      """
    )
    let expected = [
      "/descriptor": "this host reads format 1",
      "/name": "\"rest\" is not a type's name",
      "/id": "\"rest\" is not a name in reverse DNS",
      "/version": "\"1.0\" is not a version after semver.org",
      "/title": "expected a string, got 7",
      "/abi": "it is empty",
      "/needs/1": "expected a string, got 1",
      "/execution": "expected one of `blocking`, `nonblocking`, got a list",
      "/concurrency":
        "expected one of `session-serial`, `session-concurrent`, `driver-serial`, got 3",
      "/capabilities/network": "expected true or false",
      "/inputs": "expected a map, got a list",
      "/session": "expected a map, got a boolean",
      "/default_action": "there is no action `cal`",
      "/grace_ms": "expected an integer of 0 or more, got -1",
      "/defaults": "expected a map, got 1",
      "/actions/0/kind": "expected one of `run`, `analysis`, got 7",
      "/actions/0/effect": "expected one of `read`, `write`, `destructive`, got a map",
      "/actions/0/output_kinds/1": "expected one of `value`, `bytes`, `rows`, got 2",
      "/actions/0/implements/0": "expected a string, got 3",
      "/actions/1/name": "there is another action `call`",
      "/actions/1/channels/1/direction": "`direction` is missing",
      "/actions/1/channels/1/name": "there is another channel `a`",
      "/actions/1/channels/2": "expected a map, got 3",
      "/actions/2/name": "`open` is reserved for sessions",
      "/actions/3/name": "\"two words\" is not an action's name",
      "/actions/4/name": "`name` is missing",
      "/actions/5": "expected a map, got 5",
    ]
    #expect(Set(faults.keys) == Set(expected.keys))
    for (place, message) in expected {
      #expect(faults[place]?.contains(message) == true, "\(place): \(faults[place] ?? "nothing")")
    }
  }

  @Test(
    "with several run actions, or none, must say which is the default",
    arguments: [
      (["run", "run"], "2 actions are of kind `run`"), (["analysis"], "no action is of kind `run`"),
    ]
  )
  func defaultAction(kinds: [String], message: String) throws {
    let actions = kinds.enumerated()
      .map { "{\"name\": \"a\($0.offset)\", \"kind\": \"\($0.element)\"}" }
    let faults = try faults(
      """
      {"descriptor": 1, "name": "X", "id": "org.example.x", "version": "1.0.0", "abi": ["dh.driver/1"],
       "execution": "blocking", "actions": [\(actions.joined(separator: ","))]}
      """
    )
    #expect(faults.keys.sorted() == ["/default_action"])
    #expect(faults["/default_action"]?.contains(message) == true)
  }

  @Test(
    "takes an id whose labels are neither empty nor begin or end with a hyphen",
    arguments: [
      ("a.b", true), ("org.Example-1.b_c", true), ("_._", true), ("", false), ("ab", false),
      (".", false), (".a.b", false), ("a.b.", false), ("a..b", false), ("-a.b", false),
      ("a.-b", false), ("a-.b", false), ("a.b-", false), ("a.b c", false), ("a.é", false),
      (String(repeating: "ab.", count: 84) + "a", true),
      (String(repeating: "ab.", count: 84) + "ab", false),
    ]
  )
  func id(_ id: String, isGood: Bool) throws {
    let text = """
      {"descriptor": 1, "name": "X", "id": "\(id)", "version": "1.0.0", "abi": ["dh.driver/1"],
       "execution": "blocking", "actions": [{"name": "a"}]}
      """
    if isGood {
      #expect(try Descriptor(JSON.parse(text)).id == id)
    } else {
      #expect(try Array(faults(text).keys) == ["/id"])
    }
  }

  @Test("that is no map is one fault and its missing members", arguments: ["[]", "1", "null"])
  func noMap(text: String) throws {
    #expect(try faults(text)[""]?.hasPrefix("expected a map") == true)
  }

  @Test("has its default action where none is named, and names the nearest of one that it lacks")
  func existingAction() throws {
    let text = FixtureDriver.descriptor(more: "\"default_action\": \"call\",").replacing(
      "[{\"name\": \"call\"}]",
      with: "[{\"name\": \"call\"}, {\"name\": \"test\"}]"
    )
    let descriptor = try Descriptor(JSON.parse(text))
    #expect(try descriptor.existingAction(nil).name == "call")
    #expect(try descriptor.existingAction("test").name == "test")
    for (name, hint) in [("tset", "did you mean `test`?"), ("other", "there are call, test")] {
      let error = #expect(throws: HostError.self) { try descriptor.existingAction(name) }
      #expect(error?.message == "PLAIN has no action `\(name)`; \(hint)")
      #expect(error?.stage == .input)
      // The schema, which completes inputs without the descriptor, says it in the same words.
      let other = #expect(throws: HostError.self) {
        try InputSchema(descriptor).complete([:], action: name)
      }
      #expect(other?.message == error?.message)
    }
  }
}
