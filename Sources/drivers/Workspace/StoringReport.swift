import DriverHost

/// What became of a resource that was stored, for the user.
struct StoringReport<Resource: CommandResource> {
  var resource: Resource
  var path: String
  /// Whether the file is another one now.
  var isChanged = true
  /// The document whose lines may be lost.
  var source: StoredResource<Resource>?
  /// What messages call that document.
  var sourceName = ""
  var warnings: [String] = []

  /// Prints it: warnings to standard error in any case.
  func show(asJSON: Bool) {
    for warning in warnings { Console.warn(warning) }
    let dropped = isChanged ? source?.droppedLines ?? [] : []
    let cut = isChanged ? source?.cutLines ?? [] : []
    if asJSON {
      Console.output(
        json: [
          "version": 1, "name": .string(resource.name), "path": .string(path),
          "changed": .bool(isChanged),
          "discarded_lines": .list(dropped.map { .int(Int64($0)) }),
          "discarded_comments": .list(cut.map { .int(Int64($0)) }),
          "warnings": .list(warnings.map { .string($0) }),
        ]
      )
      return
    }
    if !dropped.isEmpty {
      Console.error(
        Console.plain(
          "discarded, since \(dropped.count == 1 ? "it carries" : "they carry") no data: \(LineNumbers.text(dropped)) of \(sourceName)"
        )
      )
    }
    if !cut.isEmpty {
      Console.error(
        Console.plain(
          "discarded: the comment at the end of \(LineNumbers.text(cut)) of \(sourceName)"
        )
      )
    }
    Console.output(
      Console.plain(
        isChanged
          ? "\(Resource.word) \(resource.name) stored in \(path)"
          : "\(Resource.word) \(resource.name) is as it was; \(path) has not changed"
      )
    )
  }
}

/// Numbers of lines in words.
enum LineNumbers {
  /// `line 3`, `lines 1, 3 and 5 to 9`.
  static func text(_ lines: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for line in lines {
      if let last = ranges.last, last.upperBound + 1 == line {
        ranges[ranges.count - 1] = last.lowerBound...line
      } else {
        ranges.append(line...line)
      }
    }
    let words = ranges.flatMap { range in
      switch range.count {
      case 1: ["\(range.lowerBound)"]
      case 2: ["\(range.lowerBound)", "\(range.upperBound)"]
      default: ["\(range.lowerBound) to \(range.upperBound)"]
      }
    }
    let noun = lines.count == 1 ? "line" : "lines"
    guard words.count > 1 else { return "\(noun) \(words.first ?? "")" }
    return "\(noun) \(words.dropLast().joined(separator: ", ")) and \(words[words.count - 1])"
  }
}
