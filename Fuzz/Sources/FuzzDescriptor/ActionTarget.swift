@testable import DriverHost
import FuzzSupport

/// One action with all that the host makes of its schema.
struct ActionTarget {
  private let schema: InputSchema
  private let descriptor: Descriptor
  private let action: Descriptor.Action

  init(_ schema: InputSchema, _ descriptor: Descriptor, _ action: Descriptor.Action) {
    self.schema = schema
    self.descriptor = descriptor
    self.action = action
  }

  /// What people are shown of it can be made.
  func checkWords() {
    guard let fields = schema.fields(action: action.name) else {
      fatalError("the compiled schema has no action \(action.name)")
    }
    require(Set(fields.map { ExactName($0.name) }).count == fields.count, "a field comes twice")
    _ = schema.union(action: action.name)
  }

  /// Inputs are completed in the same way whichever way is taken, and what comes out is valid.
  func check(_ inputs: ValueMap) {
    let complete: CompleteInputs
    do throws(HostError) {
      complete = try schema.complete(inputs, action: action.name)
    } catch {
      require(error.stage == .input || error.stage == .driver, "at the stage \(error.stage)")
      require(!error.description.isEmpty, "refused without a reason")
      return
    }
    checkThoroughly(inputs, complete)
    checkAgain(complete)
    checkPlaces(complete)
    checkSecrets(inputs, complete)
  }

  /// The quick way for flat inputs comes to what the thorough one does.
  private func checkThoroughly(_ inputs: ValueMap, _ complete: CompleteInputs) {
    guard let action = schema.actions[action.name], action.flat != nil else { return }
    do throws(HostError) {
      let other = try schema.completeThoroughly(inputs, action, .all, [], nil, in: .callersStack)
        .result.get()
      require(
        Value.map(other.values).isIdentical(to: .map(complete.values)),
        "quickly it is \(complete.values), thoroughly \(other.values)"
      )
      require(Set(other.secrets) == Set(complete.secrets), "other places are secret")
      require(Set(other.defaulted) == Set(complete.defaulted), "other places are defaults")
      require(Set(other.dropped) == Set(complete.dropped), "others were dropped")
      require(Set(other.unset) == Set(complete.unset), "others were unset")
    } catch {
      fatalError("taken quickly, and refused thoroughly: \(error)")
    }
  }

  /// Complete inputs are complete, unless they have become what no document holds.
  private func checkAgain(_ complete: CompleteInputs) {
    guard !Value.map(complete.values).holdsBytes else { return }
    do throws(HostError) {
      let again = try schema.complete(complete.values, action: action.name, nullsUnset: .none)
      require(again.values == complete.values, "completed again it is \(again.values)")
      require(again.dropped.isEmpty && again.defaulted.isEmpty, "it was not complete")
    } catch {
      fatalError("\(complete.values) is complete, and refused: \(error)")
    }
  }

  /// What is said of places is said of places that there are.
  private func checkPlaces(_ complete: CompleteInputs) {
    let values = Value.map(complete.values)
    for place in complete.secrets + complete.defaulted {
      require(values[place] != nil, "nothing stands at \(place)")
    }
    for name in complete.dropped + complete.unset {
      require(
        complete.values[name] == nil || complete.defaulted.contains(JSONPointer([name])),
        "\(name) was taken away, and is there"
      )
    }
    _ = complete.sessionInputs
  }

  /// A secret is in no message.
  private func checkSecrets(_ inputs: ValueMap, _ complete: CompleteInputs) {
    let document = JSON.text(descriptor.document)
    let given = JSON.text(.map(inputs))
    var wrong = inputs
    wrong["no such input"] = 1
    for place in complete.secrets {
      guard case .string(let secret)? = Value.map(inputs)[place], isTelling(secret),
        !document.contains(secret), given.ranges(of: secret).count == 1
      else { continue }
      do throws(HostError) {
        _ = try schema.complete(wrong, action: action.name)
      } catch {
        require(!error.debugDescription.contains(secret), "\(error) tells what is at \(place)")
      }
    }
  }

  /// Whether a text is written as it is wherever it is, and stands nowhere by chance.
  private func isTelling(_ text: String) -> Bool {
    text.utf8.count >= 8 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
