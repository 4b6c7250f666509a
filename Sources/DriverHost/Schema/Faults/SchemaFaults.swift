/// What is wrong with schemas, while they are compiled; no more of it than anybody reads.
struct SchemaFaults {
  private var entries: [Fault] = []
  private var seen: Set<Fault> = []
  /// The places of the faults, and those right around them.
  private var places: Set<JSONPointer> = []
  private var unlisted = 0

  /// Whether further ones are only counted, so that no work should go into them.
  var isFull: Bool { entries.count >= FaultReport.maximumEntries }

  /// Adds a fault, once.
  mutating func add(_ fault: @autoclosure () -> Fault) {
    guard !isFull else {
      unlisted += 1
      return
    }
    let fault = fault()
    guard seen.insert(fault).inserted else { return }
    entries.append(fault)
    places.insert(fault.pointer)
    places.insert(JSONPointer(fault.pointer.tokens.dropLast()))
  }

  /// Notes faults that somebody else has counted.
  mutating func addUnlisted(_ count: Int) {
    unlisted += count
  }

  /// Whether something at a place, or right inside it, was found at fault.
  func holdsFault(at place: JSONPointer) -> Bool {
    places.contains(place)
  }

  /// All of them, and how many more there are.
  var all: [Fault] {
    unlisted == 0 ? entries : entries + [FaultReport.more(unlisted, .schema)]
  }
}
