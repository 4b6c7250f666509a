/// Reading the keywords of one schema, vocabulary by vocabulary.
extension SchemaCompiler {
  /// Reads one keyword into a draft.
  ///
  /// Unknown keywords are annotations and mean nothing here.
  mutating func read(
    _ keyword: String,
    _ value: Value,
    into draft: SchemaDraft,
    _ frame: Frame
  ) {
    if readCore(keyword, value, draft, frame) { return }
    if frame.dialect.contains(.applicator) {
      if readApplicator(keyword, value, draft, frame) { return }
      if readObjectApplicator(keyword, value, draft, frame) { return }
    }
    if frame.dialect.contains(.unevaluated) {
      switch keyword {
      case "unevaluatedItems":
        draft.unevaluatedItems = compile(value, keyword, role: .place, frame)
        return
      case "unevaluatedProperties":
        draft.unevaluatedProperties = compile(value, keyword, role: .place, frame)
        return
      default: break
      }
    }
    if frame.dialect.contains(.validation) {
      if readNumber(keyword, value, draft, frame) { return }
      if readLimit(keyword, value, draft, frame) { return }
      if readValidation(keyword, value, draft, frame) { return }
    }
    readOther(keyword, value, draft, frame)
  }

  private mutating func readCore(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "$ref":
      if let text = string(value, keyword, frame) { draft.reference = reference(text, frame) }
    case "$dynamicRef":
      if let text = string(value, keyword, frame) {
        draft.dynamicReference = dynamicReference(text, frame)
      }
    case "$defs":
      for (name, schema) in map(value, keyword, frame) {
        _ = compile(schema, keyword, name, role: .inPlace, frame)
      }
    case "$id", "$anchor", "$dynamicAnchor", "$schema", "$comment":
      _ = string(value, keyword, frame)
    default: return false
    }
    return true
  }

  private mutating func readApplicator(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "allOf": draft.allOf = schemas(value, keyword, role: .inPlace, frame)
    case "anyOf": draft.anyOf = schemas(value, keyword, role: .inPlace, frame)
    case "oneOf": draft.oneOf = schemas(value, keyword, role: .inPlace, frame)
    case "not": draft.not = compile(value, keyword, role: .test, frame)
    case "if": draft.condition = compile(value, keyword, role: .test, frame)
    case "then": draft.then = compile(value, keyword, role: .inPlace, frame)
    case "else": draft.otherwise = compile(value, keyword, role: .inPlace, frame)
    case "prefixItems": draft.prefixItems = schemas(value, keyword, role: .place, frame)
    case "items": draft.items = compile(value, keyword, role: .place, frame)
    case "contains": draft.contains = compile(value, keyword, role: .test, frame)
    default: return false
    }
    return true
  }

  private mutating func readObjectApplicator(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "properties":
      draft.properties = map(value, keyword, frame).map { name, schema in
        (name, compile(schema, keyword, name, role: .place, frame))
      }
    case "patternProperties":
      for (source, schema) in map(value, keyword, frame) {
        let node = compile(schema, keyword, source, role: .place, frame)
        if let pattern = pattern(source, keyword, frame) {
          draft.patternProperties.append((pattern, node))
        }
      }
    case "additionalProperties":
      draft.additionalProperties = compile(value, keyword, role: .place, frame)
    case "propertyNames": draft.propertyNames = compile(value, keyword, role: .test, frame)
    case "dependentSchemas":
      draft.dependentSchemas += map(value, keyword, frame).map { name, schema in
        (name, compile(schema, keyword, name, role: .inPlace, frame))
      }
    case "dependencies":
      // The form of earlier drafts, which the standard lets an implementation go on to take.
      for (name, dependency) in map(value, keyword, frame) {
        if dependency.listValue != nil {
          draft.dependentRequired.append((name, strings(dependency, keyword, frame)))
        } else {
          draft.dependentSchemas.append(
            (name, compile(dependency, keyword, name, role: .inPlace, frame))
          )
        }
      }
    default: return false
    }
    return true
  }

  private mutating func readNumber(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "minimum": draft.minimum = number(value, keyword, frame)
    case "exclusiveMinimum": draft.exclusiveMinimum = number(value, keyword, frame)
    case "maximum": draft.maximum = number(value, keyword, frame)
    case "exclusiveMaximum": draft.exclusiveMaximum = number(value, keyword, frame)
    case "multipleOf":
      draft.divisor = Divisor(value)
      if draft.divisor == nil { reportMalformed(keyword, expected: "a number above 0", frame) }
    default: return false
    }
    return true
  }

  private mutating func readLimit(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "maxLength": draft.maxLength = count(value, keyword, frame)
    case "minLength": draft.minLength = count(value, keyword, frame)
    case "maxItems": draft.maxItems = count(value, keyword, frame)
    case "minItems": draft.minItems = count(value, keyword, frame)
    case "maxContains": draft.maxContains = count(value, keyword, frame)
    case "minContains": draft.minContains = count(value, keyword, frame)
    case "maxProperties": draft.maxProperties = count(value, keyword, frame)
    case "minProperties": draft.minProperties = count(value, keyword, frame)
    default: return false
    }
    return true
  }

  private mutating func readValidation(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) -> Bool {
    switch keyword {
    case "type": draft.types = types(value, frame)
    case "const": draft.constant = value
    case "enum":
      draft.enumeration = value.listValue
      if draft.enumeration == nil { reportMalformed(keyword, expected: "a list", frame) }
    case "uniqueItems":
      draft.uniqueItems = value == true
      if value.boolValue == nil { reportMalformed(keyword, expected: "true or false", frame) }
    case "required": draft.required = strings(value, keyword, frame)
    case "dependentRequired":
      draft.dependentRequired += map(value, keyword, frame).map { name, names in
        (name, strings(names, keyword, frame))
      }
    case "pattern":
      if let text = string(value, keyword, frame) {
        draft.pattern = pattern(text, keyword, frame)
      }
    default: return false
    }
    return true
  }

  private mutating func readOther(
    _ keyword: String,
    _ value: Value,
    _ draft: SchemaDraft,
    _ frame: Frame
  ) {
    switch keyword {
    case "format":
      guard let name = string(value, keyword, frame) else { return }
      draft.takesDecimals = name == "decimal"
      if options.assertsFormats || frame.dialect.contains(.formatAssertion) {
        draft.format = Format(rawValue: name)
      }
    case "contentEncoding":
      draft.takesBytes = string(value, keyword, frame)?.lowercased() == "base64"
    case "contentSchema" where frame.dialect.contains(.content):
      // An annotation, but one that must be a schema.
      _ = compile(value, keyword, role: .test, frame)
    default: return
    }
  }

  /// What can only be said when all keywords of a schema were read.
  mutating func finishKeywords(_ draft: SchemaDraft, _ frame: Frame) {
    if draft.condition == nil {
      draft.then = nil
      draft.otherwise = nil
    }
    if draft.contains == nil {
      draft.minContains = nil
      draft.maxContains = nil
    }
  }
}

// MARK: - Values of keywords

extension SchemaCompiler {
  private mutating func string(_ value: Value, _ keyword: String, _ frame: Frame) -> String? {
    if let text = value.stringValue { return text }
    reportMalformed(keyword, expected: "a string", frame)
    return nil
  }

  private mutating func map(_ value: Value, _ keyword: String, _ frame: Frame) -> ValueMap {
    if let members = value.mapValue { return members }
    reportMalformed(keyword, expected: "a map", frame)
    return [:]
  }

  private mutating func schemas(
    _ value: Value,
    _ keyword: String,
    role: Role,
    _ frame: Frame
  ) -> [Int] {
    guard let items = value.listValue, !items.isEmpty else {
      reportMalformed(keyword, expected: "a list of one schema or more", frame)
      return []
    }
    return items.enumerated().map { index, item in
      compile(item, keyword, "\(index)", role: role, frame)
    }
  }

  private mutating func strings(_ value: Value, _ keyword: String, _ frame: Frame) -> [String] {
    let items = value.listValue ?? []
    let names = items.compactMap(\.stringValue)
    if value.listValue == nil || names.count != items.count {
      reportMalformed(keyword, expected: "a list of strings", frame)
    }
    var seen: Set<Value> = []
    return names.filter { seen.insert(.string($0)).inserted }
  }

  private mutating func number(_ value: Value, _ keyword: String, _ frame: Frame) -> Value? {
    switch value {
    case .int, .double, .decimal: return value
    default:
      reportMalformed(keyword, expected: "a number", frame)
      return nil
    }
  }

  private mutating func count(_ value: Value, _ keyword: String, _ frame: Frame) -> Int? {
    guard ExactNumber.isInteger(value), ExactNumber.compare(value, 0) >= 0 else {
      reportMalformed(keyword, expected: "an integer of 0 or more", frame)
      return nil
    }
    return ExactNumber.int64(value).map { Int($0) } ?? .max
  }

  private mutating func types(_ value: Value, _ frame: Frame) -> JSONTypes {
    let names = value.listValue ?? [value]
    var types: JSONTypes = []
    for name in names {
      guard let type = name.stringValue.flatMap(JSONTypes.init(name:)) else {
        reportMalformed("type", expected: "a type or a list of types", frame)
        continue
      }
      types.formUnion(type)
    }
    return types
  }

  private mutating func pattern(
    _ source: String,
    _ keyword: String,
    _ frame: Frame
  ) -> ECMARegex? {
    do {
      return try ECMARegex(source)
    } catch {
      let (name, reason) = (FaultText.name(source), FaultText.line(error.reason, upTo: 200))
      let message =
        error.isLimit
        ? "\(name) cannot be used: \(reason); write the pattern in another way"
        : """
        \(name) is no regular expression of ECMA-262 with the u flag: \(reason), at character \
        \(error.position)
        """
      registry.report(at: frame.place, message, keyword: keyword)
      return nil
    }
  }
}
