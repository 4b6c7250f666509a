/// Takes our marks out of a stream of a remote command.
///
/// Both streams are looked through, since some servers send all on stdout, and a terminal has only one. A mark may
/// stand anywhere in them: a line of the user's that has no end may come before it. What runs there knows the token: a
/// process, a prompt or a fault behind `running` is no word of ours.
struct MarkScanner: Sendable {
  /// What a line may have behind the token; the longest ones of ours have 2,000 digits.
  private static let lineLimit = 4_096

  private let opening: [UInt8]
  /// What may be a mark, or the beginning of one.
  private var held: [UInt8] = []

  /// Looks for the marks of a run.
  ///
  /// - Parameter token: The run's name.
  init(_ token: RunToken) { opening = MarkScanner.opening(token) }

  /// What each mark of a run begins with.
  ///
  /// - Parameter token: The run's name.
  /// - Returns: The bytes.
  static func opening(_ token: RunToken) -> [UInt8] {
    [0x1E] + Array("drivers:\(token.text):".utf8)
  }

  /// Takes the marks out of the next piece.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - output: Gets what is none of ours.
  /// - Returns: The marks in it, in their order.
  mutating func scan(_ bytes: ArraySlice<UInt8>, into output: inout [UInt8]) -> [RemoteMark] {
    var marks: [RemoteMark] = []
    var place = bytes.startIndex
    while place < bytes.endIndex {
      if held.isEmpty {
        let start = bytes[place...].firstIndex(of: 0x1E) ?? bytes.endIndex
        output += bytes[place..<start]
        place = start
        if place == bytes.endIndex { break }
        held.append(0x1E)
        place += 1
        continue
      }
      let byte = bytes[place]
      if held.count < opening.count {
        guard byte == opening[held.count] else {
          // Only its first byte begins an opening, so the next one to look at is this one.
          release(into: &output)
          continue
        }
        held.append(byte)
      } else if byte == 0x0A {
        end(into: &output, &marks)
      } else if byte == 0x1E || held.count - opening.count == MarkScanner.lineLimit {
        // What was held has no end, and this byte may begin a mark.
        release(into: &output)
        continue
      } else {
        held.append(byte)
      }
      place += 1
    }
    return marks
  }

  /// Ends the stream.
  ///
  /// - Parameter output: Gets what was held and is no mark.
  mutating func finish(into output: inout [UInt8]) { release(into: &output) }

  private mutating func release(into output: inout [UInt8]) {
    output += held
    held.removeAll(keepingCapacity: true)
  }

  private mutating func end(into output: inout [UInt8], _ marks: inout [RemoteMark]) {
    var line = held[opening.count...]
    // A terminal puts it before the end of the line.
    if line.last == 0x0D { line.removeLast() }
    guard let mark = RemoteMark(line) else {
      held.append(0x0A)
      release(into: &output)
      return
    }
    marks.append(mark)
    held.removeAll(keepingCapacity: true)
  }
}
