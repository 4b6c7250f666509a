/// Unicode in the characters of a host name (RFC 3492).
enum Punycode {
  private static let base = 36
  private static let leastThreshold = 1
  private static let mostThreshold = 26
  private static let skew = 38
  private static let damp = 700
  private static let firstBias = 72
  private static let firstScalar = 128
  private static let delimiter = UInt8(ascii: "-")

  /// The text that an encoding in lower case stands for; nil if it is none (section 6.2).
  static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
    var output: [Unicode.Scalar] = []
    var rest = bytes[...]
    if let last = bytes.lastIndex(of: delimiter) {
      output = bytes[..<last].map { Unicode.Scalar($0) }
      rest = bytes[(last + 1)...]
    }
    var scalar = firstScalar
    var index = 0
    var bias = firstBias
    while !rest.isEmpty {
      let start = index
      var weight = 1
      var position = base
      while true {
        guard let digit = rest.popFirst().flatMap(value) else { return nil }
        let (product, tooLarge) = digit.multipliedReportingOverflow(by: weight)
        guard !tooLarge, index <= Int(Int32.max) - min(product, Int(Int32.max)) else { return nil }
        index += product
        let threshold = threshold(position, bias)
        if digit < threshold { break }
        weight *= base - threshold
        guard weight <= Int(Int32.max) else { return nil }
        position += base
      }
      let count = output.count + 1
      bias = adapted(index - start, count: count, isFirst: start == 0)
      scalar += index / count
      index %= count
      guard let next = UInt32(exactly: scalar).flatMap(Unicode.Scalar.init) else { return nil }
      output.insert(next, at: index)
      index += 1
    }
    return output
  }

  /// The encoding of a text; nil where it has no end that a host name could have (section 6.3).
  static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
    guard scalars.count <= 63 else { return nil }
    var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
    let basic = output.count
    var handled = basic
    if basic > 0 { output.append(delimiter) }
    var scalar = firstScalar
    var delta = 0
    var bias = firstBias
    while handled < scalars.count {
      guard let next = scalars.map({ Int($0.value) }).filter({ $0 >= scalar }).min() else {
        return nil
      }
      delta += (next - scalar) * (handled + 1)
      scalar = next
      for candidate in scalars {
        if candidate.value < scalar { delta += 1 }
        guard candidate.value == scalar else { continue }
        var rest = delta
        var position = base
        while true {
          let threshold = threshold(position, bias)
          if rest < threshold { break }
          output.append(digit(threshold + (rest - threshold) % (base - threshold)))
          rest = (rest - threshold) / (base - threshold)
          position += base
        }
        output.append(digit(rest))
        bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      scalar += 1
    }
    return output
  }

  private static func threshold(_ position: Int, _ bias: Int) -> Int {
    min(max(position - bias, leastThreshold), mostThreshold)
  }

  /// Section 6.1.
  private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / damp : delta / 2
    delta += delta / count
    var position = 0
    while delta > (base - leastThreshold) * mostThreshold / 2 {
      delta /= base - leastThreshold
      position += base
    }
    return position + (base - leastThreshold + 1) * delta / (delta + skew)
  }

  private static func value(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x61...0x7A: Int(byte) - 0x61
    case 0x30...0x39: Int(byte) - 0x30 + 26
    default: nil
    }
  }

  private static func digit(_ value: Int) -> UInt8 {
    UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30)
  }
}
