internal import CYAML
internal import DriverKit
internal import HTTPKit

/// YAML documents as JSON (YAML 1.2, core schema), for what is only read.
enum YAMLDocument {
  /// How long the JSON may become: aliases could make it grow without bound.
  private static let limit = 64 << 20
  private static let depthLimit = 200
  /// What anchors may stand for together, however they are nested.
  private static let anchorLimit = 8 << 20

  /// The first document as JSON; nil where it is no YAML, or holds what JSON cannot.
  static func json(of bytes: Span<UInt8>) -> [UInt8]? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var parser = unsafe yaml_parser_t()
      guard unsafe yaml_parser_initialize(&parser) == 1 else { return nil }
      defer { unsafe yaml_parser_delete(&parser) }
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      var writer = Writer()
      while !writer.isAtEnd {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(&parser, &event) == 1 else { return nil }
        defer { unsafe yaml_event_delete(&event) }
        guard unsafe writer.take(event), writer.json.count <= limit else { return nil }
      }
      return writer.json
    }
  }

  /// Writes JSON from libyaml's events.
  private struct Writer {
    private enum Place {
      case list(isEmpty: Bool)
      case map(isEmpty: Bool, isAtValue: Bool)
    }

    var json: [UInt8] = []
    var isAtEnd = false
    private var places: [Place] = []
    /// What anchors stand for, and where those begin that are not complete.
    private var anchors: [String: [UInt8]] = [:]
    /// How many bytes the anchors stand for together.
    private var anchored = 0
    private var starts: [(anchor: String, start: Int, depth: Int)] = []

    /// Takes an event; false where it cannot be JSON.
    mutating func take(_ event: yaml_event_t) -> Bool {
      switch unsafe event.type {
      case YAML_SCALAR_EVENT:
        let data = unsafe event.data.scalar
        guard let bytes = unsafe data.value else { return false }
        let text = unsafe String(
          decoding: UnsafeBufferPointer(start: bytes, count: data.length),
          as: UTF8.self
        )
        guard separate() else { return false }
        let value = json.count
        let isPlain = unsafe data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nil
        if isAtName { JSONText.append(text, to: &json) } else { append(text, isPlain: isPlain) }
        if let anchor = unsafe YAMLDocument.text(data.anchor) {
          guard keep(anchor, from: value) else { return false }
        }
        return advance()
      case YAML_SEQUENCE_START_EVENT:
        return unsafe open(
          YAMLDocument.text(event.data.sequence_start.anchor),
          UInt8(ascii: "["),
          .list(isEmpty: true)
        )
      case YAML_MAPPING_START_EVENT:
        return unsafe open(
          YAMLDocument.text(event.data.mapping_start.anchor),
          UInt8(ascii: "{"),
          .map(isEmpty: true, isAtValue: false)
        )
      case YAML_SEQUENCE_END_EVENT: return close(UInt8(ascii: "]"))
      case YAML_MAPPING_END_EVENT: return close(UInt8(ascii: "}"))
      case YAML_ALIAS_EVENT:
        guard let name = unsafe YAMLDocument.text(event.data.alias.anchor),
          let value = anchors[name], !isAtName, separate()
        else { return false }
        json += value
        return advance()
      case YAML_DOCUMENT_END_EVENT, YAML_STREAM_END_EVENT:
        isAtEnd = true
        return !json.isEmpty
      default: return true
      }
    }

    private var isAtName: Bool {
      if case .map(_, isAtValue: false) = places.last { true } else { false }
    }

    /// Writes what stands before a value or a name.
    private mutating func separate() -> Bool {
      switch places.last {
      case .list(isEmpty: false), .map(isEmpty: false, isAtValue: false):
        json.append(UInt8(ascii: ","))
      default: break
      }
      return true
    }

    /// Notes that a value or a name has been written.
    private mutating func advance() -> Bool {
      switch places.popLast() {
      case .list: places.append(.list(isEmpty: false))
      case .map(_, let isAtValue):
        if !isAtValue { json.append(UInt8(ascii: ":")) }
        places.append(.map(isEmpty: false, isAtValue: !isAtValue))
      case nil: break
      }
      return true
    }

    private mutating func open(_ anchor: String?, _ bracket: UInt8, _ place: Place) -> Bool {
      // A list or a map is no name in JSON.
      guard !isAtName, places.count < depthLimit, separate() else { return false }
      if let anchor { starts.append((anchor, json.count, places.count)) }
      json.append(bracket)
      places.append(place)
      return true
    }

    private mutating func close(_ bracket: UInt8) -> Bool {
      guard places.popLast() != nil else { return false }
      json.append(bracket)
      if let start = starts.last, start.depth == places.count {
        starts.removeLast()
        guard keep(start.anchor, from: start.start) else { return false }
      }
      return advance()
    }

    /// Notes what an anchor stands for; false where all of them stand for too much.
    private mutating func keep(_ anchor: String, from start: Int) -> Bool {
      anchored += json.count - start
      guard anchored <= anchorLimit else { return false }
      anchors[anchor] = Array(json[start...])
      return true
    }

    private mutating func append(_ text: String, isPlain: Bool) {
      guard isPlain else {
        JSONText.append(text, to: &json)
        return
      }
      switch text {
      case "", "~", "null", "Null", "NULL": json += "null".utf8
      case "true", "True", "TRUE": json += "true".utf8
      case "false", "False", "FALSE": json += "false".utf8
      default:
        // A number of JSON's own form: the others, such as 0x1F, are of no use to whoever reads a description.
        let isNumber = text.utf8.first.map { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) } ?? false
        if isNumber, JSONSyntax.isDocument(Array(text.utf8).span) {
          json += text.utf8
        } else {
          JSONText.append(text, to: &json)
        }
      }
    }
  }

  private static func text(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
  }
}
