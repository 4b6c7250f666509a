@testable import DriverHost
import FuzzSupport

/// Gives any bytes to the reader of JSON, in all the ways that there are to it.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = input(start, count)
  let tree: Value
  do throws(HostError) {
    tree = try JSON.parse(bytes)
  } catch {
    checkRefused(bytes, error)
    return 0
  }
  checkTaken(bytes, tree)
  if case .list(let items) = tree, case .string(let text) = items.first {
    PlantedFault.check(text.utf8)
  }
  return 0
}

/// What is refused is refused by all, for the same reason.
private func checkRefused(_ bytes: [UInt8], _ error: HostError) {
  require(!error.faults.isEmpty || !error.message.isEmpty, "refused without a reason")
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  let problem = JSON.problem(in: text)
  require(problem == JSON.problem(error), "\(String(describing: problem)) is not \(error)")
  require(!isDocument(text), "JSONText took what JSON refuses")
  require(!isDocument(padded(text)), "JSONText took a large text that JSON refuses")
}

private func checkTaken(_ bytes: [UInt8], _ tree: Value) {
  guard let text = String(validating: bytes, as: UTF8.self) else {
    fatalError("a document was taken that is not UTF-8")
  }
  require(JSON.problem(in: text) == nil, "refused without building")
  checkDocument(text, tree)
  checkLimits(bytes, tree)
  checkWriting(tree)
  checkLocations(bytes, text, tree)
}

/// A document that is kept as text is taken where its tree would be, and becomes the same tree.
private func checkDocument(_ text: String, _ tree: Value) {
  let fits = tree.levels <= ValueReader.depthLimit
  for text in [text, padded(text)] {
    do throws(JSONText.Malformed) {
      let document = try JSONText(checking: text)
      require(fits, "a document was taken that is deeper than the ABI allows")
      require(document.value.isIdentical(to: tree), "a kept document became another tree")
    } catch {
      require(!fits, "JSONText refused what JSON takes: \(error.problem)")
    }
  }
}

/// The limit of depth is where it is said to be.
private func checkLimits(_ bytes: [UInt8], _ tree: Value) {
  let levels = tree.levels
  require(isTaken(bytes, JSON.Limits(depth: levels)), "refused within its limit of depth")
  if levels > 0 {
    require(!isTaken(bytes, JSON.Limits(depth: levels - 1)), "taken beyond its limit of depth")
  }
}

/// What is written reads back as what it was.
private func checkWriting(_ tree: Value) {
  for pretty in [false, true] {
    let text = JSON.text(tree, pretty: pretty, decimals: .number)
    do throws(HostError) {
      let again = try JSON.parse(text)
      require(again.isIdentical(to: tree), "read back as something else: \(text)")
      require(again == tree && again.hashValue == tree.hashValue, "identical and not equal")
    } catch {
      fatalError("what was written cannot be read: \(error): \(text)")
    }
  }
}

/// Everything in a document has a place, and something of its kind begins there.
private func checkLocations(_ bytes: [UInt8], _ text: String, _ tree: Value) {
  do throws(HostError) {
    let (value, map) = try JSON.parseWithLocations(UTF8Text(bytes, file: "f"), file: "f")
    require(value.isIdentical(to: tree), "with locations it is another tree")
    let lines = LineTable(text)
    for place in tree.places(limit: 64) {
      guard let location = map.value(at: place) else { fatalError("\(place) has no location") }
      guard let value = tree[place], let scalar = lines.scalar(at: location) else {
        fatalError("\(place) stands at \(location), where nothing is")
      }
      require(begins(value, with: scalar), "\(place) stands at \(location), where \(scalar) is")
    }
  } catch {
    fatalError("with locations it was refused: \(error)")
  }
}

private func begins(_ value: Value, with scalar: Unicode.Scalar) -> Bool {
  switch value {
  case .null: scalar == "n"
  case .bool(let truth): scalar == (truth ? "t" : "f")
  case .int, .double, .decimal: scalar == "-" || ("0"..."9").contains(scalar)
  case .string: scalar == "\""
  case .list: scalar == "["
  case .map: scalar == "{"
  case .bytes, .json: false
  }
}

private func isTaken(_ bytes: [UInt8], _ limits: JSON.Limits) -> Bool {
  (try? JSON.parse(bytes, limits: limits)) != nil
}

private func isDocument(_ text: String) -> Bool { (try? JSONText(checking: text)) != nil }

/// The same document, too large to be parsed at once.
private func padded(_ text: String) -> String { text + String(repeating: " ", count: 4097) }
