/// What libyaml's messages mean for the author of a document.
enum YAMLProblem {
  /// The fault that a failure of libyaml is.
  ///
  /// Its own words stand in front, for those who search for them.
  static func fault(_ failure: YAMLFailure, at place: SourcePlace, near byte: UInt8, file: String)
    -> Fault
  {
    var message = failure.problem
    if let context = failure.context, let mark = failure.contextMark {
      message += " \(context)"
      if mark.place.line != place.line { message += " that begins in line \(mark.line + 1)" }
    }
    let cure = cure(failure.problem, near: byte)
    if let cure { message += ": \(cure)" }
    return Fault(
      .syntax,
      message,
      expected: cure,
      location: SourceLocation(file: file, line: Int(place.line), column: Int(place.column))
    )
  }

  private static func cure(_ problem: String, near byte: UInt8) -> String? {
    switch problem {
    case "found character that cannot start any token":
      byte == UInt8(ascii: "\t")
        ? "indent with spaces, not with a tab"
        : "put the value in quotes, since no plain text begins with this character"
    case "mapping values are not allowed in this context":
      "put the value in quotes if its `: ` is text, or give the key a line of its own"
    case "block sequence entries are not allowed in this context":
      "put the list on lines of its own below its key"
    case "mapping keys are not allowed in this context":
      "put the map on lines of its own below its key"
    case "did not find expected key", "did not find expected '-' indicator":
      "align the line with those that it belongs to; a value that goes on behind its closing quote "
        + "ends there too"
    case "could not find expected ':'":
      "write `key: value`, with a space behind the colon; indent the lines of a text that goes on"
    case "did not find expected ',' or ']'":
      "separate the items by commas and close the list with `]`"
    case "did not find expected ',' or '}'":
      "separate the members by commas and close the map with `}`"
    case "did not find expected node content":
      "write the value that is missing here, or take a comma that is too many away"
    case "found unexpected end of stream": "close the quote"
    case "found unknown escape character":
      "write `\\\\` for a backslash, or take single quotes, in which it is plain text"
    case "found invalid Unicode character escape code":
      "half of a surrogate pair is no character; write the whole as \\U and eight digits"
    case "found undefined tag handle": "remove the tag"
    case "found incompatible YAML document": "remove the %YAML line, or write %YAML 1.2"
    case "did not find expected <document start>": "put `---` in front of the document"
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      "indent with spaces, not with a tab"
    case "did not find expected alphabetic or numeric character":
      "put the value in quotes if its `&` or `*` is text"
    case "found unexpected document indicator": "close the quote before the document ends"
    default: nil
    }
  }
}
