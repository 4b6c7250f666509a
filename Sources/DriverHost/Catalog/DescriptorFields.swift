/// What is wrong with a descriptor.
struct DescriptorFindings {
  /// What no host can make anything of: the descriptor is refused.
  var faults: [Fault] = []
  /// Words that this host does not know: a newer one may.
  var strange: [Fault] = []
}

/// A word of a descriptor that is one of a few.
private enum DescriptorWord<Word> {
  case known(Word)
  case unknown
  /// It is no text.
  case none
}

/// The members of one map of a descriptor, read one by one; what is wrong with them is collected.
struct DescriptorFields {
  private let members: ValueMap
  let pointer: JSONPointer
  /// Whether there was a map at all.
  let isMap: Bool

  /// Reads a map; what is no map is a fault and has no members.
  init(_ value: Value, at pointer: JSONPointer, _ faults: inout [Fault]) {
    self.pointer = pointer
    if case .map(let members) = value {
      self.members = members
      isMap = true
    } else {
      members = [:]
      isMap = false
      faults.append(DescriptorFields.mistyped(value, at: pointer, expected: "a map"))
    }
  }

  /// Whether a member is there.
  func has(_ name: String) -> Bool {
    members[name] != nil
  }

  /// A member as it stands there; null where there is none.
  func value(_ name: String) -> Value {
    members[name] ?? .null
  }

  /// A map of any members; empty where there is none.
  func map(_ name: String, _ faults: inout [Fault]) -> ValueMap {
    guard let value = members[name] else { return [:] }
    guard case .map(let map) = value else {
      faults.append(mistyped(value, name, expected: "a map"))
      return [:]
    }
    return map
  }

  /// A text that must be there and be of a form; empty after a fault.
  func requiredText(
    _ name: String,
    form: String,
    _ faults: inout [Fault],
    where fits: (String) -> Bool
  ) -> String {
    guard let text = text(name, &faults) else {
      _ = require(name, &faults)
      return ""
    }
    if !fits(text) {
      faults.append(
        Fault(
          .invalid,
          at: pointer.appending(name),
          "\(DescriptorFields.quoted(text)) is not \(form)",
          expected: form,
          got: DescriptorFields.quoted(text)
        )
      )
    }
    return text
  }

  /// A text; nil where there is none.
  func text(_ name: String, _ faults: inout [Fault]) -> String? {
    guard let value = members[name] else { return nil }
    guard case .string(let text) = value else {
      faults.append(mistyped(value, name, expected: "a string"))
      return nil
    }
    return text
  }

  /// A boolean.
  func bool(_ name: String, default: Bool, _ faults: inout [Fault]) -> Bool {
    guard let value = members[name] else { return `default` }
    guard case .bool(let truth) = value else {
      faults.append(mistyped(value, name, expected: "true or false"))
      return `default`
    }
    return truth
  }

  /// An integer of 0 or more; nil where there is none.
  func count(_ name: String, _ faults: inout [Fault]) -> Int64? {
    guard let value = members[name] else { return nil }
    guard case .int(let integer) = value, integer >= 0 else {
      faults.append(mistyped(value, name, expected: "an integer of 0 or more"))
      return nil
    }
    return integer
  }

  /// A list of texts; empty where there is none.
  func texts(_ name: String, _ faults: inout [Fault]) -> [String] {
    items(name, &faults).enumerated().compactMap { index, item in
      if case .string(let text) = item { return text }
      faults.append(
        DescriptorFields.mistyped(
          item,
          at: pointer.appending(name).appending(index),
          expected: "a string"
        )
      )
      return nil
    }
  }

  /// One of the words of an enumeration; nil for one that this host does not know.
  ///
  /// - Parameters:
  ///   - name: The member.
  ///   - missing: What it is where there is none, or one that is no word at all.
  ///   - findings: Takes what is wrong.
  /// - Returns: The word.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ name: String,
    default missing: Word,
    _ findings: inout DescriptorFindings
  ) -> Word? {
    guard let value = members[name] else { return missing }
    let read: DescriptorWord<Word> = DescriptorFields.word(
      value,
      at: pointer.appending(name),
      &findings
    )
    switch read {
    case .known(let word): return word
    case .unknown: return nil
    case .none: return missing
    }
  }

  /// A list of words of an enumeration, without those that this host does not know; empty where there is none.
  func words<Word: RawRepresentable<String> & CaseIterable>(
    _ name: String,
    _ findings: inout DescriptorFindings
  ) -> [Word] {
    items(name, &findings.faults).enumerated().compactMap { index, item in
      let place = pointer.appending(name).appending(index)
      let read: DescriptorWord<Word> = DescriptorFields.word(item, at: place, &findings)
      guard case .known(let word) = read else { return nil }
      return word
    }
  }

  /// The items of a list; none where there is no list.
  func items(_ name: String, _ faults: inout [Fault]) -> [Value] {
    guard let value = members[name] else { return [] }
    guard case .list(let items) = value else {
      faults.append(mistyped(value, name, expected: "a list"))
      return []
    }
    return items
  }

  /// Whether a member is there; a fault where it is not.
  func require(_ name: String, _ faults: inout [Fault]) -> Bool {
    if members[name] != nil { return true }
    faults.append(Fault(.missing, at: pointer.appending(name), "`\(name)` is missing"))
    return false
  }

  private func mistyped(_ value: Value, _ name: String, expected: String) -> Fault {
    DescriptorFields.mistyped(value, at: pointer.appending(name), expected: expected)
  }

  private static func mistyped(
    _ value: Value,
    at pointer: JSONPointer,
    expected: String
  ) -> Fault {
    let got: String
    switch value {
    case .int(let integer): got = "\(integer)"
    case .string(let text): got = quoted(text)
    default: got = value.kindInWords
    }
    return Fault(
      .invalid,
      at: pointer,
      "expected \(expected), got \(got)",
      expected: expected,
      got: got
    )
  }

  private static func word<Word: RawRepresentable<String> & CaseIterable>(
    _ value: Value,
    at pointer: @autoclosure () -> JSONPointer,
    _ findings: inout DescriptorFindings
  ) -> DescriptorWord<Word> {
    if case .string(let text) = value, let word = Word(rawValue: text) { return .known(word) }
    let allowed = Word.allCases.map(\.rawValue)
    var fault = mistyped(
      value,
      at: pointer(),
      expected: "one of \(allowed.map { "`\($0)`" }.joined(separator: ", "))"
    )
    guard case .string(let text) = value else {
      findings.faults.append(fault)
      return .none
    }
    fault.nearest = NearestName.of(text, among: allowed)
    fault.rule = "DESC-17"
    findings.strange.append(fault)
    return .unknown
  }

  /// A text as a message shows it: in quotation marks, cut after some letters.
  static func quoted(_ text: String) -> String {
    let limit = 40
    return text.count > limit ? "\"\(text.prefix(limit))…\"" : "\"\(text)\""
  }
}
