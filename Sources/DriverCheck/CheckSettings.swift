package import DriverHost

/// What a driver is checked with, beside what its own descriptor says.
package struct CheckSettings: Sendable {
  /// A call that works: of an action, with inputs that lead to a server which is there.
  package struct Call: Sendable {
    /// The action's name.
    package var action: String
    /// Its inputs.
    package var inputs: ValueMap
  }

  /// What made-up inputs are made of: the same ones for the same number.
  package var seed: UInt64 = 1
  /// Calls that work; none: the examples of the descriptor are all that there is.
  package var calls: [Call] = []

  /// Nothing but the descriptor.
  package init() {}

  /// Reads calls: a map of inputs, or a list of such; `action` in it names the action.
  ///
  /// - Parameters:
  ///   - document: What was written.
  ///   - descriptor: Whose inputs they are.
  /// - Throws: All faults, with their places.
  /// - Returns: The calls, each valid.
  package static func calls(
    in document: ParsedDocument,
    of descriptor: Descriptor
  ) throws(HostError) -> [Call] {
    let schema = try InputSchema(descriptor)
    var calls: [Call] = []
    var faults: [Fault] = []
    let items = document.value.listValue
    for (index, item) in (items ?? [document.value]).enumerated() {
      let place = items == nil ? JSONPointer() : JSONPointer().appending(index)
      guard var inputs = item.mapValue else {
        faults.append(
          Fault(
            .invalid,
            at: place,
            "a call must be a map of inputs, with `action` for an action that is not the default one",
            got: item.kindInWords,
            location: document.locations.nearest(to: place)
          )
        )
        continue
      }
      let action = inputs["action"]?.stringValue ?? descriptor.defaultAction
      inputs["action"] = nil
      do throws(HostError) {
        _ = try descriptor.existingAction(action)
        _ = try schema.complete(inputs, action: action) { pointer in
          document.locations.nearest(to: JSONPointer(place.tokens + pointer.tokens))
        }
        calls.append(Call(action: action, inputs: inputs))
      } catch {
        let location = document.locations.nearest(to: place.appending("action"))
        faults +=
          error.faults.isEmpty
          ? [Fault(.invalid, at: place, error.message, location: location)] : error.faults
      }
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "--config") }
    return calls
  }
}
