internal import DriverHost

/// Makes inputs up out of some that are valid: at the extremes of their types, and beyond.
///
/// The same ones for the same seed. About half of them are valid, since changes keep the type of a value mostly;
/// addresses are left to whoever sends them.
struct InputMaker {
  private var random: SeededRandom
  private let seeds: [ValueMap]
  private let fields: [InputField]

  /// - Parameters:
  ///   - seed: What decides all of it.
  ///   - seeds: Inputs that are valid.
  ///   - fields: What there may be among them.
  init(seed: UInt64, seeds: [ValueMap], fields: [InputField]) {
    random = SeededRandom(seed: seed)
    self.seeds = seeds
    self.fields = fields
  }

  /// The next inputs.
  mutating func next() -> ValueMap {
    guard var inputs = seeds.randomElement(using: &random) else { return [:] }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        if let name = Array(inputs).randomElement(using: &random)?.name { inputs[name] = nil }
      case 1, 2:
        guard let field = fields.randomElement(using: &random) else { continue }
        let examples = field.examples + field.allowed + [CallInputs.value(of: field)]
        inputs[field.name] = examples.randomElement(using: &random)
      case 3: inputs["dh-check-unknown"] = .bool(true)
      default:
        guard let member = Array(inputs).randomElement(using: &random) else { continue }
        inputs[member.name] = changed(member.value, depth: 0)
      }
    }
    return inputs
  }

  /// A value like another one; rarely of another type.
  private mutating func changed(_ value: Value, depth: Int) -> Value {
    if Int.random(in: 0..<12, using: &random) == 0 { return other() }
    switch value {
    case .string(let text): return .string(changed(text))
    case .int: return .int(InputMaker.integers.randomElement(using: &random) ?? 0)
    case .double, .decimal: return .double(InputMaker.numbers.randomElement(using: &random) ?? 0)
    case .bool(let truth): return .bool(!truth)
    case .bytes: return .bytes(Array(changed("bytes").utf8))
    case .list(let items):
      guard let item = items.randomElement(using: &random) else { return .list([other()]) }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return .list([])
      case 1: return .list([Value](repeating: item, count: 1000))
      default:
        var items = items
        items[Int.random(in: items.indices, using: &random)] = changed(item, depth: depth + 1)
        return .list(items)
      }
    case .map(var map):
      guard let member = Array(map).randomElement(using: &random), depth < 8 else {
        return ["a": "b"]
      }
      switch Int.random(in: 0..<6, using: &random) {
      case 0: map[member.name] = nil
      case 1: map[changed(member.name)] = member.value
      case 2: for number in 0..<500 { map["\(member.name)\(number)"] = member.value }
      default: map[member.name] = changed(member.value, depth: depth + 1)
      }
      return .map(map)
    case .null, .json: return other()
    }
  }

  /// A text; none of them names a file or a server.
  private mutating func changed(_ text: String) -> String {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return ""
    case 1: return text + text
    case 2: return text + (InputMaker.texts.randomElement(using: &random) ?? "")
    case 3: return String(text.prefix(Int.random(in: 0...text.count, using: &random)))
    case 4:
      let length = [255, 256, 1024, 4096, 65_535, 65_536].randomElement(using: &random) ?? 0
      return String(repeating: "a", count: length)
    default: return InputMaker.texts.randomElement(using: &random) ?? ""
    }
  }

  private mutating func other() -> Value {
    let values: [Value] = [
      .null, .bool(true), .int(.max), .int(.min), .double(1.5), "", "x", [], [:], [[]],
      [["a": nil]],
      .bytes([0, 255]),
    ]
    return values.randomElement(using: &random) ?? .null
  }

  private static let integers: [Int64] = [
    0, 1, -1, 2, 127, 128, 255, 256, 32_767, 65_535, 65_536, .init(Int32.max), .init(Int32.max) + 1,
    .init(Int32.min), .init(UInt32.max), .init(UInt32.max) + 1, 1 << 53, .max, .min,
  ]
  private static let numbers: [Double] = [
    0, -0.0, 0.1, -1, 1e-300, 2.5e-308, 1e15, 1e16, 1.797_693_134_862_315_7e308, 2_147_483_648,
  ]
  private static let texts = [
    " ", "\t", "\n", "\r\n", "a\0b", "\u{1}", "\u{7F}", "é", "e\u{301}", "\u{FEFF}x", "\u{202E}abc",
    "日本語", "😀", "\u{10FFFF}", "%s%n%x", "%00", "%", "\\", "'", "\"", "`", ";", "--", "&", "<",
    "${x}",
    "$(x)", "{{x}}", "null", "true", "0", "-1", "1e999", "a: b", "a=b", "a,b", "a\r\nb: c",
  ]

  /// Inputs as a message has them, cut short, without what is secret.
  static func shown(_ inputs: ValueMap, isSecret places: [JSONPointer]) -> String {
    var inputs = inputs
    for place in places {
      if let name = place.tokens.first { inputs[name] = "***" }
    }
    let text = JSON.text(.map(inputs), pretty: false)
    return text.count > 400 ? text.prefix(400) + "…" : text
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
