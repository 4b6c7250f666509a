extension OutputVariables {
  /// A value; nil: the variable is unset, or nothing gave it one.
  typealias Value = (name: String, bytes: [UInt8]?)

  /// What the marks brought.
  struct Received: Hashable, Sendable {
    /// What the hook wrote.
    private var values: [UInt8] = []
    /// What the script wrote.
    private var file: [UInt8] = []

    /// Takes note of a mark.
    ///
    /// - Parameter mark: Any mark.
    mutating func add(_ mark: RemoteMark) {
      switch mark {
      // A host could send for ever.
      case .values(let bytes) where values.count <= limit: values += bytes
      case .file(let bytes) where file.count <= limit: file += bytes
      default: break
      }
    }

    /// Reads the values.
    ///
    /// - Parameter variables: Those that are wanted; what else is there is left out.
    /// - Returns: A value for each of them, in their order.
    /// - Throws: A fault if there is more than the limit, or the file is not written as it has to be.
    func values(of variables: OutputVariables) throws(OutputVariablesFault) -> [Value] {
      if values.count > limit || file.count > limit { throw .tooLong }
      var found: [String: ArraySlice<UInt8>] = [:]
      let wanted = Set(variables.names)
      for entry in values.split(separator: 0) {
        guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
        let name = String(decoding: entry[..<equals], as: UTF8.self)
        if wanted.contains(name) { found[name] = entry[(equals + 1)...] }
      }
      var reader = FileReader(bytes: file[...])
      while let (name, value) = try reader.next() {
        if wanted.contains(name) { found[name] = value }
      }
      return variables.names.map { (name: $0, bytes: found[$0].map(Array.init)) }
    }
  }

  /// Reads the file that a script wrote its variables into.
  private struct FileReader {
    var bytes: ArraySlice<UInt8>
    private var line = 0

    init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The next variable; nil: there is none.
    mutating func next() throws(OutputVariablesFault) -> (String, ArraySlice<UInt8>)? {
      while let text = nextLine() {
        if text.isEmpty { continue }
        let mark = text.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "<") }
        guard let mark else { throw .line(line) }
        let name = String(decoding: text[..<mark], as: UTF8.self)
        guard ShellQuoting.isName(name) else { throw .line(line) }
        let rest = text[(mark + 1)...]
        if text[mark] == UInt8(ascii: "=") { return (name, rest) }
        guard rest.first == UInt8(ascii: "<"), rest.count > 1 else { throw .line(line) }
        return (name, try lines(upTo: rest.dropFirst()))
      }
      return nil
    }

    private mutating func lines(
      upTo word: ArraySlice<UInt8>
    ) throws(OutputVariablesFault) -> ArraySlice<UInt8> {
      let opening = line
      let all = bytes
      while !bytes.isEmpty {
        let before = bytes.startIndex
        guard let text = nextLine(), text.elementsEqual(word) else { continue }
        // The end of the last line is that of the value, and no part of it.
        return all[all.startIndex..<max(all.startIndex, before - 1)]
      }
      throw .openWord(opening)
    }

    private mutating func nextLine() -> ArraySlice<UInt8>? {
      if bytes.isEmpty { return nil }
      line += 1
      let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
      var text = bytes[bytes.startIndex..<end]
      bytes = bytes[min(end + 1, bytes.endIndex)...]
      if text.last == 0x0D { text.removeLast() }
      return text
    }
  }
}
