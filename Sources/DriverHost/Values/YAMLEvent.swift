internal import CYAML

/// A place in a document, as libyaml counts: characters, lines and columns from 0.
struct YAMLMark {
  var index: Int
  var line: Int
  var column: Int

  /// The place as people count.
  var place: SourcePlace {
    SourcePlace(line: UInt32(clamping: line + 1), column: UInt32(clamping: column + 1))
  }
}

/// The anchor and the tag of a node.
struct YAMLProperties {
  var anchor: String?
  /// With its handle resolved: `tag:yaml.org,2002:int`, `!local`.
  var tag: String?
}

/// How a scalar is written.
enum YAMLScalarStyle {
  case plain
  case quoted
  /// `|` or `>`.
  case block
}

/// One step through a document (YAML 1.2, section 3.1.1).
struct YAMLEvent {
  enum Kind {
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(String, YAMLScalarStyle, YAMLProperties)
    case listStart(YAMLProperties)
    case listEnd
    case mapStart(YAMLProperties)
    case mapEnd
    case streamStart
    case streamEnd
  }

  var kind: Kind
  var start: YAMLMark
  var end: YAMLMark
}

/// Why libyaml stopped.
struct YAMLFailure: Error {
  /// What it found, in its own words.
  var problem: String
  /// Where it found that.
  var mark: YAMLMark
  /// What it was doing, in its own words, and where that began.
  var context: String?
  var contextMark: YAMLMark?
}
