/// Names of hosts beyond ASCII (RFC 5890), in the ASCII form that name servers know.
///
/// libcurl's own conversion depends on the process's locale, which is the engine's to set and C in most.
package enum InternationalName {
  /// The name with each label that needs it as `xn--…`; nil if a label is empty or too long.
  ///
  /// Letters are taken as lower case. Characters are expected in composed form (NFC), as keyboards
  /// write them.
  package static func ascii(_ name: String) -> String? {
    // UTS 46, section 4.5: what separates labels.
    let labels = name.lowercased().unicodeScalars.split(omittingEmptySubsequences: false) {
      [0x2E, 0x3002, 0xFF0E, 0xFF61].contains($0.value)
    }
    var result: [String] = []
    for (index, label) in labels.enumerated() {
      // One dot may end the name.
      if label.isEmpty, index == 0 || index < labels.count - 1 { return nil }
      guard let text = ascii(label: label), text.utf8.count <= 63 else { return nil }
      result.append(text)
    }
    return result.joined(separator: ".")
  }

  private static func ascii(label: Substring.UnicodeScalarView) -> String? {
    if label.allSatisfy(\.isASCII) { return String(label) }
    return punycode(label.map(\.value)).map { "xn--" + $0 }
  }

  // MARK: - Punycode (RFC 3492)

  private static let base = 36
  private static let minimumThreshold = 1
  private static let maximumThreshold = 26

  /// The encoding procedure of section 6.3; nil where a number overflows.
  private static func punycode(_ characters: [UInt32]) -> String? {
    var output = characters.filter { $0 < 0x80 }.map { UInt8($0) }
    let basicCount = output.count
    if basicCount > 0 { output.append(UInt8(ascii: "-")) }
    var handled = basicCount
    var current: UInt32 = 0x80
    var delta = 0
    var bias = 72
    while handled < characters.count {
      guard let next = characters.filter({ $0 >= current }).min() else { return nil }
      let (step, overflow) = Int(next - current).multipliedReportingOverflow(by: handled + 1)
      if overflow { return nil }
      delta += step
      current = next
      for character in characters {
        if character < current { delta += 1 }
        guard character == current else { continue }
        append(delta, bias, to: &output)
        bias = adapt(delta, handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      current += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// A number as digits of variable length.
  private static func append(_ number: Int, _ bias: Int, to output: inout [UInt8]) {
    var rest = number
    var place = base
    while true {
      let threshold = min(max(place - bias, minimumThreshold), maximumThreshold)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      place += base
    }
    output.append(digit(rest))
  }

  private static func digit(_ value: Int) -> UInt8 {
    value < 26 ? UInt8(ascii: "a") + UInt8(value) : UInt8(ascii: "0") + UInt8(value - 26)
  }

  /// The bias for the next number: section 6.1, whose constants these are.
  private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var steps = 0
    while delta > (base - minimumThreshold) * maximumThreshold / 2 {
      delta /= base - minimumThreshold
      steps += base
    }
    return steps + (base - minimumThreshold + 1) * delta / (delta + 38)
  }
}
