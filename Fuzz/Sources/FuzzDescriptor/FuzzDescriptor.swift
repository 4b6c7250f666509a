@testable import DriverHost
import FuzzSupport

/// Gives a descriptor to the compiler of schemas, and inputs to what it makes.
///
/// The input is texts with a NUL between them, which JSON never holds: a descriptor, or only the
/// schema of a type's inputs; then inputs for each action.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let texts = input(start, count).split(separator: 0, omittingEmptySubsequences: false)
  guard let first = texts.first, let document = try? JSON.parse(Array(first)) else { return 0 }
  do throws(HostError) {
    let descriptor = try Descriptor(isDescriptor(document) ? document : wrapped(document))
    checkUse(of: descriptor)
    let schema = try InputSchema(descriptor)
    for action in descriptor.actions.prefix(2) {
      let target = ActionTarget(schema, descriptor, action)
      target.checkWords()
      for text in texts.dropFirst().prefix(2) {
        guard case .map(let inputs)? = try? JSON.parse(Array(text)) else { continue }
        target.check(inputs)
      }
    }
    PlantedFault.check(descriptor.title.utf8)
  } catch {
    require(error.stage == .driver, "a descriptor's fault is not laid to the driver: \(error)")
    require(!error.faults.isEmpty, "refused without a fault: \(error)")
  }
  return 0
}

/// What this host does not know is not called, and something is the default.
private func checkUse(of descriptor: Descriptor) {
  require(descriptor.action(descriptor.defaultAction) != nil, "the default action is none")
  for action in descriptor.actions {
    let isKnown =
      action.kind != nil && !Descriptor.isReserved(action.name)
      && action.channels.allSatisfy {
        $0.direction != nil && $0.content != nil && !Descriptor.isReserved($0.name)
      }
    require(isKnown || action.misfit != nil, "\(action.name) could be called")
  }
  require(
    descriptor.actions.allSatisfy { $0.misfit == nil } || !descriptor.strange.isEmpty,
    "an action cannot be called, and nothing says why"
  )
}

private func isDescriptor(_ document: Value) -> Bool { document.mapValue?["descriptor"] != nil }

/// A whole descriptor around the schema of a type's inputs.
private func wrapped(_ schema: Value) -> Value {
  [
    "descriptor": 1, "name": "T", "id": "org.example.t", "version": "1.0.0",
    "abi": ["dh.driver/1"], "execution": "blocking", "title": schema["title"], "inputs": schema,
    "session": ["reset": true],
    "actions": [
      [
        "name": "go",
        "channels": [
          ["name": "body", "direction": "out"], ["name": "upload", "direction": "in"],
        ],
      ]
    ],
  ]
}
