import DriverABI
@testable import DriverHost
import FuzzSupport

/// Gives trees of values to both sides of the bridge between host and driver.
///
/// The first byte says which way: what a driver puts out is read by the host, or what the host
/// lends to a driver is read back.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var bytes = InputBytes(input(start, count))
  if bytes.byte() & 1 == 0 { readOutput(bytes) } else { lendInputs(bytes) }
  return 0
}

/// Reads a driver's tree, and compares with what the ABI says of it.
private func readOutput(_ bytes: InputBytes) {
  var tree = DriverTree(bytes)
  let (value, expected) = tree.value()
  var reader = ValueReader()
  do throws(ValueReader.Refusal) {
    let read = try reader.read(value)
    guard case .value(let value) = expected else { fatalError("\(expected), and read as \(read)") }
    require(read.isIdentical(to: value), "read as \(read), which is \(value)")
    require(reader.secrets == tree.secrets, "secret is \(reader.secrets), not \(tree.secrets)")
    require(reader.size == tree.size, "counted as \(reader.size), which is \(tree.size)")
    if case .list(let items) = read, case .string(let text)? = items.first {
      PlantedFault.check(text.utf8)
    }
  } catch {
    require(!error.reason.isEmpty, "refused without a reason")
    switch expected {
    case .value(let value): fatalError("refused, which is \(value): \(error.reason)")
    case .refused(let rule): require(error.rule == rule, "\(error.rule) is not \(rule)")
    case .noDocument: require(!error.isMisuse, "the driver is blamed for a document")
    }
  }
}

/// Lends inputs to a driver, and reads them as it would.
private func lendInputs(_ bytes: InputBytes) {
  var source = HostValues(bytes)
  let members = source.members(level: 0)
  let places = Value.map(members).places(limit: 200)
  let secrets = (0..<source.bytes.number(below: 4)).map { _ in
    let place = places[source.bytes.number(below: places.count)]
    // A place that is not there is no place of anything.
    return source.bytes.byte() < 200 ? place : place.appending(source.text())
  }
  var arena = Arena()
  // Twice, since a call's arena is used again by later ones.
  for _ in 0..<2 {
    checkLent(arena.inputs(members, secrets: secrets), members, secrets, among: places)
    arena.reset()
  }
}

private func checkLent(
  _ lent: UnsafePointer<dh_value_v1>,
  _ members: ValueMap,
  _ secrets: [JSONPointer],
  among places: [JSONPointer]
) {
  checkEnds(lent.pointee)
  var reader = ValueReader()
  do throws(ValueReader.Refusal) {
    let read = try reader.read(lent.pointee)
    require(read.isIdentical(to: .map(members)), "lent as \(read), which is \(members)")
  } catch {
    fatalError("what was lent cannot be read: \(error.reason)")
  }
  let flagged = Set(reader.secrets)
  for place in places {
    let isSecret = secrets.contains { secret in
      secret.tokens.count <= place.tokens.count
        && zip(secret.tokens, place.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
    require(flagged.contains(place) == isSecret, "\(place) is flagged: \(!isSecret)")
  }
}

/// Every text is followed by a NUL that it does not count.
private func checkEnds(_ value: dh_value_v1) {
  switch value.kind {
  case DH_STRING, DH_DECIMAL, DH_BYTES:
    require(value.as.text?[value.count] == 0, "a text without a NUL behind it")
  case DH_LIST:
    for index in 0..<value.count { value.as.items.map { checkEnds($0[index]) } }
  case DH_MAP:
    for index in 0..<value.count {
      guard let member = value.as.members?[index] else { fatalError("members without an address") }
      require(member.name.ptr?[member.name.len] == 0, "a name without a NUL behind it")
      checkEnds(member.value)
    }
  default:
    require(value.count == 0, "a value of kind \(value.kind) counts \(value.count)")
  }
}
