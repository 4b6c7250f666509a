/// Makes the report: what came on stdout and stderr, in the order in which it came.
///
/// As on a terminal, nothing is put between pieces of the two. Each stream has its own filters, and a character that
/// comes in two pieces waits for its end, so that the other stream does not come into the middle of it.
struct ReportMerger: Sendable {
  /// Where a piece comes from.
  enum Source: Hashable, Sendable {
    case stdout
    case stderr
  }

  private var stdout: Stream
  private var stderr: Stream
  private var collector: OutputCollector

  /// An empty report.
  ///
  /// - Parameters:
  ///   - limit: How many bytes are kept.
  ///   - encoding: What the streams are written in.
  ///   - filters: What is taken out.
  init(limit: Int, encoding: TextEncodingTable, filters: OutputFilters = OutputFilters()) {
    let stream = Stream(encoding: encoding, filters: filters)
    (stdout, stderr) = (stream, stream)
    collector = OutputCollector(limit: limit)
  }

  /// Takes the next piece.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - source: Where it comes from.
  /// - Returns: What became of it, for those who read along.
  @discardableResult
  mutating func append(_ bytes: ArraySlice<UInt8>, from source: Source) -> [UInt8] {
    let text = source == .stdout ? stdout.filter(bytes) : stderr.filter(bytes)
    collector.append(text[...])
    return text
  }

  /// Ends both streams.
  ///
  /// - Returns: What was still held.
  mutating func finish() -> [UInt8] {
    let text = stdout.finish() + stderr.finish()
    collector.append(text[...])
    return text
  }

  /// The report; what is not UTF-8 in it is U+FFFD.
  ///
  /// - Returns: The text.
  func text() -> String { String(decoding: collector.bytes(isText: true), as: UTF8.self) }

  /// One of the streams.
  private struct Stream: Sendable {
    private let encoding: TextEncodingTable
    private var filters: OutputFilterStream
    private var held: [UInt8] = []

    init(encoding: TextEncodingTable, filters: OutputFilters) {
      self.encoding = encoding
      self.filters = OutputFilterStream(filters)
    }

    mutating func filter(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      var text = held + filters.filter(encoding.utf8(bytes))
      let count = UTF8Boundary.unfinished(text)
      held = Array(text.suffix(count))
      text.removeLast(count)
      return text
    }

    mutating func finish() -> [UInt8] {
      defer { held = [] }
      return held
    }
  }
}
