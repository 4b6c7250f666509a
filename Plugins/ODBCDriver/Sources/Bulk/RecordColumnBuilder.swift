/// Collects the values of one column in a batch, of a kind that is found out as they come.
///
/// Where kinds mix, the column becomes one that holds all of them: of integers an integer, of other numbers an exact
/// decimal, of anything else a text. Bytes go with nothing but bytes.
struct RecordColumnBuilder: Sendable {
  /// What the values are so far.
  enum Kind: Sendable, Hashable {
    /// There is no value yet.
    case none
    case bools, integers, unsignedIntegers, doubles, decimals, texts, bytes
  }

  /// What the values are so far.
  private(set) var kind = Kind.none
  /// How many there are, with those that are null.
  private(set) var count = 0
  /// The first value, from 0, that does not go with those in front of it and is taken for null; look before `take`.
  private(set) var misfit: Int?

  private var bools: [Bool] = []
  private var integers: [Int64] = []
  private var unsignedIntegers: [UInt64] = []
  private var doubles: [Double] = []
  /// Texts, decimals or bytes.
  private var texts = RecordBytes()
  /// For each value once there is a null, else empty.
  private var isThere: [Bool] = []
  private var hasNull = false
  /// How many values and bytes the last batch had: the next one is likely to have as many.
  private var lastCount = 0
  private var lastBytes = 0

  /// Adds a null.
  mutating func appendNull() {
    if !hasNull {
      hasNull = true
      isThere = Array(repeating: true, count: count)
    }
    isThere.append(false)
    count += 1
    pad(1)
  }

  /// Adds a truth value.
  mutating func append(_ value: Bool) {
    if kind == .none { begin(.bools) }
    guard kind == .bools else {
      appendMixed((value ? "true" : "false").utf8, .bools)
      return
    }
    bools.append(value)
    noteValue()
  }

  /// Adds an integer.
  mutating func append(_ value: Int64) {
    if kind == .none { begin(.integers) }
    if kind == .unsignedIntegers, value < 0, unsignedIntegers.allSatisfy({ $0 <= Int64.max }) {
      integers = unsignedIntegers.map { Int64($0) }
      unsignedIntegers = []
      kind = .integers
    }
    if kind == .integers {
      integers.append(value)
    } else if kind == .unsignedIntegers, value >= 0 {
      unsignedIntegers.append(UInt64(value))
    } else {
      // Where both are integers, neither kind holds all.
      appendMixed(String(value).utf8, .decimals)
      return
    }
    noteValue()
  }

  /// Adds an integer that may be beyond `Int64`.
  mutating func append(_ value: UInt64) {
    if kind == .none { begin(.unsignedIntegers) }
    if kind == .integers, value > Int64.max, integers.allSatisfy({ $0 >= 0 }) {
      unsignedIntegers = integers.map { UInt64($0) }
      integers = []
      kind = .unsignedIntegers
    }
    if kind == .unsignedIntegers {
      unsignedIntegers.append(value)
    } else if kind == .integers, value <= Int64.max {
      integers.append(Int64(value))
    } else {
      // Where both are integers, neither kind holds all.
      appendMixed(String(value).utf8, .decimals)
      return
    }
    noteValue()
  }

  /// Adds a floating-point number.
  mutating func append(_ value: Double) {
    if kind == .none { begin(.doubles) }
    guard kind == .doubles else {
      // There is no decimal for those.
      appendMixed(value.description.utf8, value.isFinite ? .doubles : .texts)
      return
    }
    doubles.append(value)
    noteValue()
  }

  /// Adds an exact decimal.
  mutating func appendDecimal(_ text: some Sequence<UInt8>) { appendMixed(text, .decimals) }

  /// Adds an exact decimal.
  mutating func appendDecimal(_ text: Span<UInt8>) { appendMixed(text, .decimals) }

  /// Adds a text in UTF-8.
  mutating func appendText(_ text: some Sequence<UInt8>) { appendMixed(text, .texts) }

  /// Adds a text in UTF-8.
  mutating func appendText(_ text: Span<UInt8>) { appendMixed(text, .texts) }

  /// Adds bytes.
  mutating func appendBytes(_ value: some Sequence<UInt8>) { appendMixed(value, .bytes) }

  /// Adds bytes.
  mutating func appendBytes(_ value: Span<UInt8>) { appendMixed(value, .bytes) }

  /// Takes what was added since the last time.
  ///
  /// - Returns: The column; of texts where there is no value.
  mutating func take() -> RecordColumn {
    let values: RecordColumn.Values
    switch kind {
    case .none:
      values = .texts(RecordBytes(bytes: [], ends: Array(repeating: 0, count: count)))
    case .bools: values = .bools(bools)
    case .integers: values = .integers(integers)
    case .unsignedIntegers: values = .unsignedIntegers(unsignedIntegers)
    case .doubles: values = .doubles(doubles)
    case .decimals: values = .decimals(texts)
    case .texts: values = .texts(texts)
    case .bytes: values = .bytes(texts)
    }
    let column = RecordColumn(values: values, isThere: hasNull ? isThere : nil)
    let size = texts.bytes.count
    let number = count
    self = RecordColumnBuilder()
    lastCount = number
    lastBytes = size
    return column
  }

  // MARK: - One kind

  private mutating func noteValue() {
    if hasNull { isThere.append(true) }
    count += 1
  }

  /// Makes the column one of a kind, behind the nulls that are there.
  private mutating func begin(_ kind: Kind) {
    self.kind = kind
    switch kind {
    case .none: break
    case .bools: bools.reserveCapacity(lastCount)
    case .integers: integers.reserveCapacity(lastCount)
    case .unsignedIntegers: unsignedIntegers.reserveCapacity(lastCount)
    case .doubles: doubles.reserveCapacity(lastCount)
    case .decimals, .texts, .bytes:
      texts.ends.reserveCapacity(lastCount)
      texts.bytes.reserveCapacity(lastBytes)
    }
    pad(count)
  }

  /// Adds what stands in the place of nulls.
  private mutating func pad(_ number: Int) {
    for _ in 0..<number {
      switch kind {
      case .none: break
      case .bools: bools.append(false)
      case .integers: integers.append(0)
      case .unsignedIntegers: unsignedIntegers.append(0)
      case .doubles: doubles.append(0)
      case .decimals, .texts, .bytes: texts.ends.append(texts.bytes.count)
      }
    }
  }

  // MARK: - Several kinds

  private mutating func appendMixed(_ text: some Sequence<UInt8>, _ added: Kind) {
    guard prepare(for: added) else { return }
    texts.append(text)
    noteValue()
  }

  private mutating func appendMixed(_ text: Span<UInt8>, _ added: Kind) {
    guard prepare(for: added) else { return }
    texts.append(text)
    noteValue()
  }

  /// Makes the column one whose values stand in `texts`, and that holds another kind as well.
  ///
  /// - Returns: Whether it can be; false: a null stands there instead.
  private mutating func prepare(for added: Kind) -> Bool {
    if kind == added { return true }
    if kind == .none {
      begin(added)
      return true
    }
    guard var common = kind.common(with: added) else {
      misfit = misfit ?? count
      appendNull()
      return false
    }
    // There is no decimal for those.
    if kind == .doubles, common == .decimals, !doubles.allSatisfy(\.isFinite) { common = .texts }
    convertToTexts()
    kind = common
    return true
  }

  private mutating func convertToTexts() {
    switch kind {
    case .none, .decimals, .texts, .bytes: return
    case .bools: writeTexts(bools.map { $0 ? "true" : "false" })
    case .integers: writeTexts(integers)
    case .unsignedIntegers: writeTexts(unsignedIntegers)
    case .doubles: writeTexts(doubles)
    }
    bools = []
    integers = []
    unsignedIntegers = []
    doubles = []
  }

  private mutating func writeTexts(_ values: [some CustomStringConvertible]) {
    for (index, value) in values.enumerated() {
      if hasNull, !isThere[index] {
        texts.ends.append(texts.bytes.count)
      } else {
        texts.append(value.description.utf8)
      }
    }
  }
}

extension RecordColumnBuilder.Kind {
  /// The kind that holds the values of two different ones, as a text; nil: there is none.
  fileprivate func common(with other: Self) -> Self? {
    if self == .bytes || other == .bytes { return nil }
    if self == .bools || other == .bools || self == .texts || other == .texts { return .texts }
    return .decimals
  }
}
