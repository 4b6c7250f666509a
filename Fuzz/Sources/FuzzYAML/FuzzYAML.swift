@testable import DriverHost
import FuzzSupport

/// Smaller than users', so that what lies beyond them is found.
private let limits = YAML.Limits(depth: 64, bytes: 1 << 20, aliasedValues: 5000)

/// Gives any bytes to the reader of YAML, and to that of documents which are either.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = input(start, count)
  let parsed = read { () throws(HostError) in
    try YAML.parse(bytes, file: "f.yaml", limits: limits)
  }
  checkDocument(bytes, parsed?.value)
  guard let parsed else { return 0 }
  checkSize(bytes, parsed.value)
  guard let text = try? UTF8Text(bytes, file: "f.yaml") else {
    fatalError("a document was taken whose encoding is refused")
  }
  checkPlaces(String(decoding: text.bytes, as: UTF8.self), parsed)
  checkOtherEncoding(text, parsed.value)
  checkAsJSON(parsed.value)
  if case .map(let members) = parsed.value, case .string(let text)? = members.first?.value {
    PlantedFault.check(text.utf8)
  }
  return 0
}

/// What reading has come to; nil where it was refused, for which there is a reason with a place.
private func read(_ body: () throws(HostError) -> ParsedDocument) -> ParsedDocument? {
  do throws(HostError) {
    return try body()
  } catch {
    require(!error.faults.isEmpty || error.code == .tooLarge, "refused without a fault: \(error)")
    for fault in error.faults {
      require(fault.location?.file == "f.yaml", "a fault without a place: \(error)")
    }
    return nil
  }
}

/// What aliases expand to stays within the limits.
private func checkSize(_ bytes: [UInt8], _ value: Value) {
  require(value.levels <= limits.depth, "taken beyond the limit of depth")
  let written = bytes.count + 1
  require(value.valueCount <= written + limits.aliasedValues, "aliases made too many values")
  require(
    value.textSize <= written + 64 * limits.aliasedValues,
    "aliases made too much text: \(value.textSize) bytes"
  )
}

/// Every value has a place in the text, and every line is counted once.
private func checkPlaces(_ text: String, _ parsed: ParsedDocument) {
  let lines = LineTable(text)
  for place in parsed.value.places(limit: 64) {
    // A text without a value is null, and has none.
    guard let location = parsed.locations.value(at: place) else {
      require(place.tokens.isEmpty && parsed.value.isNull, "\(place) has no location")
      continue
    }
    require(
      lines.holds(location),
      "\(place) stands at \(location), behind the end of line or text"
    )
  }
  let comments = parsed.droppedLines + parsed.cutLines
  require(Set(comments).count == comments.count, "a line was counted twice: \(comments)")
  require(comments.allSatisfy { (1...lines.count).contains($0) }, "no such line: \(comments)")
}

/// UTF-16 says the same as UTF-8.
private func checkOtherEncoding(_ text: UTF8Text, _ value: Value) {
  let units = [0xFEFF] + Array(String(decoding: text.bytes, as: UTF8.self).utf16)
  let bytes = units.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  let other = read { () throws(HostError) in
    try YAML.parse(bytes, file: "f.yaml", limits: limits)
  }
  require(other?.value.isIdentical(to: value) ?? false, "in UTF-16 it is something else")
}

/// Written as JSON, which YAML is too, it is the same.
private func checkAsJSON(_ value: Value) {
  for pretty in [false, true] {
    let text = JSON.text(value, pretty: pretty, decimals: .number)
    guard let json = try? JSON.parse(text) else {
      fatalError("what was written cannot be read: \(text)")
    }
    require(json.isIdentical(to: value), "read back as something else: \(text)")
    let yaml = read { () throws(HostError) in
      try YAML.parse(Array(text.utf8), file: "f.yaml", limits: limits)
    }
    // Not every JSON document is one for libyaml: names are short, and some characters are refused.
    let isPlain = text.utf8.count < 1000 && text.utf8.allSatisfy { $0 < 0x7F }
    require(yaml != nil || !isPlain, "YAML refuses JSON: \(text)")
    require(yaml?.value.isIdentical(to: value) ?? true, "YAML reads JSON as another tree: \(text)")
  }
}

/// A document that is JSON or YAML is what one of the two says, and where both take it they agree.
private func checkDocument(_ bytes: [UInt8], _ yaml: Value?) {
  let json = try? JSON.parse(bytes, limits: JSON.Limits(depth: limits.depth))
  if let json, let yaml {
    require(json.isIdentical(to: yaml), "as JSON it is \(json), as YAML \(yaml)")
  }
  let document = read { () throws(HostError) in
    try Document.parse(
      bytes,
      file: "f.yaml",
      json: JSON.Limits(depth: limits.depth),
      yaml: limits
    )
  }
  if let document {
    guard let expected = yaml ?? json ?? withoutMark(bytes) else {
      fatalError("a document was taken that is neither JSON nor YAML")
    }
    require(document.value.isIdentical(to: expected), "a document is what neither reader says")
  } else {
    require(yaml == nil, "a document was refused that is YAML")
  }
}

/// What JSON says of a text without the mark of its encoding.
private func withoutMark(_ bytes: [UInt8]) -> Value? {
  guard let text = try? UTF8Text(bytes, file: "f.json") else { return nil }
  return try? JSON.parse(text.bytes, limits: JSON.Limits(depth: limits.depth))
}

extension Value {
  /// The bytes of all texts and names in it.
  fileprivate var textSize: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .decimal(let decimal): decimal.text.utf8.count
    case .list(let items): items.reduce(0) { $0 + $1.textSize }
    case .map(let members): members.reduce(0) { $0 + $1.name.utf8.count + $1.value.textSize }
    default: 0
    }
  }
}
