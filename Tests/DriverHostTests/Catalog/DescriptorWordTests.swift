import TestSupport
import Testing

@testable import DriverHost

@Suite("A descriptor with words that this host does not know")
struct DescriptorWordTests {
  private func descriptor(_ actions: String, _ more: String = "") throws -> DriverHost.Descriptor {
    try DriverHost.Descriptor(
      JSON.parse(
        FixtureDriver.descriptor(more: more).replacing(#"[{"name": "call"}]"#, with: "[\(actions)]")
      )
    )
  }

  /// A kind of action that there is not.
  private let watch = #"{"name": "watch", "kind": "stream"}"#

  @Test("is taken: output kinds are left out, an effect is the worst, a concurrency the strictest")
  func readings() throws {
    let descriptor = try descriptor(
      #"{"name": "a", "output_kinds": ["value", "graph", "rows"], "effect": "append", "idempotent": true}"#,
      #""concurrency": "session-pairs","#
    )
    let action = try #require(descriptor.action("a"))
    #expect(action.outputKinds == [.value, .rows])
    #expect(action.effect == .destructive && action.isIdempotent)
    #expect(descriptor.concurrency == .driverSerial)
    #expect(action.misfit == nil && descriptor.misfit() == nil)
    #expect(
      Set(descriptor.strange.map(\.pointer.description)) == [
        "/concurrency", "/actions/0/output_kinds/1", "/actions/0/effect",
      ]
    )
    #expect(descriptor.strange.allSatisfy { $0.rule == "DESC-17" })
  }

  @Test("says for its author which word is the nearest")
  func nearest() throws {
    let text = FixtureDriver.descriptor().replacing("\"blocking\"", with: "\"nonbloking\"")
    let descriptor = try Descriptor(JSON.parse(text))
    #expect(descriptor.strange.map(\.nearest) == ["nonblocking"])
    #expect(
      descriptor.misfit()
        == "needs a newer host: this one knows the executions `blocking` and `nonblocking`, and not `nonbloking`"
    )
  }

  @Test("takes the effect of a union's branch for the worst, and one that is no text for a fault")
  func branches() throws {
    func inputs(_ effect: String) -> String {
      """
      {"name": "a", "effect": "read", "inputs": {"properties": {"mode": {"oneOf": [
        {"const": "x", "effect": \(effect)}, {"const": "y"}]}}}}
      """
    }
    let schema = try InputSchema(descriptor(inputs(#""append""#)))
    #expect(try schema.complete(["mode": "x"], action: "a").effect == .destructive)
    #expect(try schema.complete(["mode": "y"], action: "a").effect == nil)
    let error = #expect(throws: HostError.self) { try InputSchema(descriptor(inputs("3"))) }
    #expect(error?.faults.first?.message.hasPrefix("`effect` must be one of \"read\", ") == true)
  }

  @Test(
    "keeps an action that it cannot run, with the reason, and the others as they are",
    arguments: [
      (#""kind": "stream""#, "its kind `stream`"),
      (
        #""channels": [{"name": "c", "direction": "both"}]"#,
        "the direction `both` of its channel `c`"
      ),
      (
        #""channels": [{"name": "b", "direction": "out"}, {"name": "c", "direction": "in", "content": "rows"}]"#,
        "the content `rows` of its channel `c`"
      ),
      (#""channels": [{"name": "dh_c", "direction": "out"}]"#, "its channel `dh_c`"),
      (#""inputs": {"properties": {"dh_x": {}}}"#, "its input `dh_x`"),
      (
        #""inputs": {"allOf": [{"if": {}, "then": {"properties": {"dh_x": {}}}}]}"#,
        "its input `dh_x`"
      ),
      (
        ##""inputs": {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"dh_x": {}}, "$ref": "#/$defs/a"}}}"##,
        "its input `dh_x`"
      ),
    ]
  )
  func unusable(members: String, what: String) throws {
    let descriptor = try descriptor(#"{"name": "call"}, {"name": "new", \#(members)}"#)
    #expect(
      descriptor.action("new")?.misfit == "needs a newer host: this one does not know \(what)"
    )
    #expect(descriptor.action("call")?.misfit == nil && descriptor.defaultAction == "call")
    #expect(descriptor.misfit() == nil)
    #expect(descriptor.strange.count == 1)
    let marked = descriptor.markedDocument["actions"]?.listValue
    #expect(marked?.map { $0["unusable"].stringValue } == [nil, descriptor.action("new")?.misfit])
  }

  @Test("keeps an action whose name is the standard's, and none where an input of all is")
  func reserved() throws {
    let named = try descriptor(#"{"name": "dh_probe"}, {"name": "call"}"#)
    #expect(named.actions.map { $0.misfit == nil } == [false, true])
    #expect(named.strange.map(\.rule) == ["DESC-9"] && named.defaultAction == "call")
    #expect(named.actions[0].misfit?.hasSuffix("does not know its name `dh_probe`") == true)
    let common = try descriptor(
      #"{"name": "a"}, {"name": "b"}"#,
      #""default_action": "b", "inputs": {"properties": {"dh_cache": {}}},"#
    )
    #expect(common.actions.allSatisfy { $0.misfit?.hasSuffix("its input `dh_cache`") == true })
    #expect(common.strange.map(\.pointer.description) == ["/inputs/properties/dh_cache"])
    // Below the top a name is the driver's own.
    let inside = try descriptor(
      #"{"name": "a", "inputs": {"properties": {"m": {"properties": {"dh_x": {}}}}}}"#
    )
    #expect(inside.actions[0].misfit == nil && inside.strange.isEmpty)
  }

  @Test("has the default action that it would have without those it cannot run")
  func defaultAction() throws {
    let run = #"{"name": "go"}"#
    let other = #"{"name": "odd", "channels": [{"name": "c", "direction": "both"}]}"#
    #expect(try descriptor("\(watch), \(run)").defaultAction == "go")
    // What is named is named, and so is the only one that there can be.
    #expect(
      try descriptor("\(watch), \(run)", #""default_action": "watch","#).defaultAction == "watch"
    )
    #expect(
      try descriptor(#"{"name": "look", "kind": "analysis"}, \#(other)"#).defaultAction == "odd"
    )
    #expect(try descriptor(watch).defaultAction == "watch")
    let error = #expect(throws: HostError.self) {
      try descriptor(#"{"name": "a"}, {"name": "b"}, \#(watch)"#)
    }
    #expect(error?.faults.map(\.pointer.description) == ["/default_action"])
  }

  @Test("may have an input for a channel of a direction that is not known")
  func sinks() throws {
    let descriptor = try descriptor(
      """
      {"name": "a", "inputs": {"properties": {"file": {"type": "string", "x-sink": "c"}}},
       "channels": [{"name": "c", "direction": "both"}]}, {"name": "b"}
      """,
      #""default_action": "b","#
    )
    #expect(throws: Never.self) { try InputSchema(descriptor) }
    let form = try Form(descriptor).document()
    #expect(form["actions"][1]["unusable"].stringValue == descriptor.actions[0].misfit)
    #expect(form["actions"][0]["unusable"].isNull)
  }

  @Test("refuses to call what it cannot run, says why and what to do, and runs the rest")
  func calls() async throws {
    let text = FixtureDriver.descriptor().replacing(
      #"{"name": "call"}"#,
      with: #"{"name": "call"}, \#(watch)"#
    )
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(
      entries: [.init(path: try FixtureDriver.build("words", descriptor: text), origin: .option)]
    )
    let host = try Host(configuration)
    var options = CallOptions()
    _ = try await host.connect(type: "PLAIN", [:], options: options)
    options.action = "watch"
    for explains in [false, true] {
      let error = await #expect(throws: HostError.self) {
        if explains {
          _ = try await host.explain(.type("PLAIN"), options: options)
        } else {
          _ = try await host.connect(type: "PLAIN", [:], options: options)
        }
      }
      #expect(error?.code == .unsupported)
      #expect(
        error?.message
          == "the action `watch` of PLAIN cannot be called: it needs a newer host: this one does not know its kind `stream`"
      )
    }
    await host.close()
  }

  @Test("keeps the ids of what actions mean, and ignores what they are")
  func implements() throws {
    let descriptor = try descriptor(
      #"{"name": "a", "implements": ["dh.secret/1", "x"]}, {"name": "b"}"#,
      #""default_action": "a","#
    )
    #expect(descriptor.actions.map(\.implements) == [["dh.secret/1", "x"], []])
    #expect(descriptor.strange.isEmpty)
  }
}
