/// The lines of one or more files of known hosts, which count together.
struct KnownHosts: Sendable {
  /// Where a line is.
  struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The path of the file, or the name of what holds the text.
    let source: String
    /// Counted from 1.
    let line: Int

    /// The source and the line with a colon between them.
    var description: String { "\(source):\(line)" }
  }

  /// A line and where it is.
  struct Entry: Hashable, Sendable {
    let place: Place
    let line: KnownHostsLine
  }

  /// A line that counts for nothing.
  struct BadLine: Hashable, Sendable {
    let place: Place
    let fault: KnownHostsLine.Fault
  }

  /// A key that is known for a host, and where.
  struct KnownKey: Hashable, Sendable {
    let place: Place
    let key: PublicKey
  }

  /// What was read, in order.
  private(set) var sources: [String] = []
  /// Files that are not there.
  private(set) var missing: [String] = []
  private(set) var entries: [Entry] = []
  private(set) var badLines: [BadLine] = []

  /// One in which no host is known.
  init() {}

  /// The lines of one text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - source: The name of what holds it, for messages.
  init(_ text: String, source: String) { add(Array(text.utf8), source: source) }

  /// Adds the lines of a file; bad ones do not keep the others from counting.
  ///
  /// - Parameters:
  ///   - bytes: All of its bytes.
  ///   - source: Its path.
  mutating func add(_ bytes: [UInt8], source: String) {
    sources.append(source)
    var number = 0
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
      number += 1
      let place = Place(source: source, line: number)
      do throws(KnownHostsLine.Fault) {
        if let line = try KnownHostsLine.parse(rest[..<end]) {
          entries.append(Entry(place: place, line: line))
        }
      } catch {
        badLines.append(BadLine(place: place, fault: error))
      }
      rest = rest[end...].dropFirst()
    }
  }

  /// Adds that a file is not there.
  ///
  /// - Parameter source: Its path.
  mutating func add(missing source: String) { missing.append(source) }
}

extension KnownHosts.BadLine: CustomStringConvertible {
  /// Where the line is and what is wrong with it, without a full stop.
  var description: String { "\(place): \(fault)" }
}
