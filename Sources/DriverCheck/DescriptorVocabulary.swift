internal import DriverHost

/// The keys, words and names of a descriptor, held against those of the header.
struct DescriptorVocabulary {
  /// The header's keys, by where they stand.
  private enum Keys {
    static let top: Set<String> = [
      "abi", "actions", "capabilities", "concurrency", "default_action", "defaults", "descriptor",
      "execution", "grace_ms", "homepage", "id", "inputs", "licence", "name", "needs", "session",
      "summary", "title", "vendor", "version",
    ]
    static let capabilities: Set<String> = ["files", "network", "processes"]
    static let session: Set<String> = ["check", "reset"]
    static let action: Set<String> = [
      "cancellable", "channels", "effect", "idempotent", "implements", "inputs", "kind", "name",
      "output_kinds", "outputs", "session", "summary", "title",
    ]
    static let channel: Set<String> = ["content", "direction", "name"]
    static let annotations: Set<String> = [
      "x-address", "x-advanced", "x-group", "x-multiline", "x-nul", "x-order", "x-secret",
      "x-session", "x-sink", "x-source", "x-suggest", "x-unit",
    ]
  }

  private var findings: [CheckFinding] = []

  /// What is neither the standard's nor marked as somebody's own, and names that only the standard gives.
  static func findings(in descriptor: Descriptor) -> [CheckFinding] {
    var vocabulary = DescriptorVocabulary()
    vocabulary.findings = descriptor.strange.map {
      CheckFinding($0.rule ?? "DESC-17", $0.description)
    }
    vocabulary.look(at: descriptor.document)
    return vocabulary.findings.uniqued()
  }

  private mutating func look(at document: Value) {
    let root = JSONPointer()
    look(document, Keys.top, at: root)
    look(document["capabilities"], Keys.capabilities, at: root.appending("capabilities"))
    look(document["session"], Keys.session, at: root.appending("session"))
    lookIntoSchema(document["inputs"], at: root.appending("inputs"))
    for (index, action) in (document["actions"].listValue ?? []).enumerated() {
      let place = root.appending("actions").appending(index)
      look(action, Keys.action, at: place)
      lookIntoSchema(action["inputs"], at: place.appending("inputs"))
      lookIntoSchema(action["outputs"], at: place.appending("outputs"))
      lookAtOutputs(action["outputs"]["properties"], at: place.appending("outputs"))
      for (index, channel) in (action["channels"].listValue ?? []).enumerated() {
        look(channel, Keys.channel, at: place.appending("channels").appending(index))
      }
    }
  }

  /// Holds the keys of a map against those that are known there.
  private mutating func look(_ value: Value, _ known: Set<String>, at place: JSONPointer) {
    for (key, _) in value.mapValue ?? [:] where !known.contains(key) && !hasDot(key) {
      add(
        "the key",
        key,
        at: place.appending(key),
        among: known,
        "one of your own has a dot in it, such as org.example.key"
      )
    }
  }

  private mutating func lookAtOutputs(_ outputs: Value, at place: JSONPointer) {
    for (name, _) in outputs.mapValue ?? [:] where Descriptor.isReserved(name) {
      findings.append(
        CheckFinding(
          "VAL-9",
          "\(place): the output `\(name)` has a name of the standard's, as all that begin with `dh_`: give it another one"
        )
      )
    }
  }

  /// Notes what the header does not have.
  ///
  /// - Parameters:
  ///   - what: What it is.
  ///   - name: What is written there.
  ///   - place: Where.
  ///   - known: What could stand there.
  ///   - advice: What to do where nothing of that is meant.
  private mutating func add(
    _ what: String,
    _ name: String,
    at place: JSONPointer,
    among known: Set<String>,
    _ advice: String
  ) {
    let nearest = NearestName.of(name, among: known.sorted()).map { "did you mean `\($0)`?" }
    findings.append(
      CheckFinding(
        "DESC-17",
        "\(place): \(what) `\(name)` is none of the standard's: \(nearest ?? advice)"
      )
    )
  }

  private func hasDot(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: ".")) }
}

// MARK: - Schemas

extension DescriptorVocabulary {
  /// Looks at what is written into a schema, and not at the names and values that it describes.
  private mutating func lookIntoSchema(_ schema: Value, at place: JSONPointer) {
    for (keyword, value) in schema.mapValue ?? [:] {
      let inner = place.appending(keyword)
      switch keyword {
      case "properties", "patternProperties", "dependentSchemas", "$defs", "definitions":
        for (name, item) in value.mapValue ?? [:] {
          lookIntoSchema(item, at: inner.appending(name))
        }
      case "allOf", "anyOf", "oneOf", "prefixItems":
        for (index, item) in (value.listValue ?? []).enumerated() {
          lookIntoSchema(item, at: inner.appending(index))
        }
      case "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema", "not", "if", "then", "else":
        lookIntoSchema(value, at: inner)
      case "effect":
        if let text = value.stringValue, Descriptor.Action.Effect(rawValue: text) == nil {
          let effects = Descriptor.Action.Effect.allCases.map(\.rawValue)
          add(
            "the effect",
            text,
            at: inner,
            among: Set(effects),
            "there are \(effects.joined(separator: ", "))"
          )
        }
      case _ where keyword.hasPrefix("x-"):
        guard !Keys.annotations.contains(keyword), !hasDot(keyword) else { continue }
        add(
          "the annotation",
          keyword,
          at: inner,
          among: Keys.annotations,
          "one of your own has a dot in it, such as x-org.example.unit"
        )
      default: continue
      }
    }
  }
}
