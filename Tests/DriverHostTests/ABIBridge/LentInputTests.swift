import DriverABI
import Testing

@testable import DriverHost

@Suite("Inputs that are lent to a driver")
struct LentInputTests {
  /// The places that a driver sees flagged as secret.
  private func flagged(_ inputs: ValueMap, _ secrets: [JSONPointer]) throws -> Set<JSONPointer> {
    var arena = Arena()
    var reader = ValueReader()
    _ = try reader.read(arena.inputs(inputs, secrets: secrets).pointee)
    return Set(reader.secrets)
  }

  @Test("are flagged where the places of secrets are, with all that is in them")
  func flags() throws {
    let inputs: ValueMap = ["a": ["b": "x", "c": ["y", "z"]], "d": "w"]
    let places = try flagged(inputs, [JSONPointer(["a", "c"]), JSONPointer(["d"])])
    #expect(places.contains(JSONPointer(["a", "c", "1"])) && places.contains(JSONPointer(["d"])))
    #expect(!places.contains(JSONPointer(["a", "b"])))
  }

  @Test("are not flagged by a place that is none", arguments: ["00", "+0", "-1", "2", "x", ""])
  func noPlace(index: String) throws {
    let places = try flagged(["list": ["x", "y"]], [JSONPointer(["list", index])])
    #expect(places.isEmpty)
  }
}
