internal import CYAML

/// libyaml's emitter with the text that it has written.
///
/// The corresponding C type is `yaml_emitter_t`.
@safe
struct YAMLEmitterHandle: ~Copyable {
  /// How a scalar is to be written; the emitter takes another style where the text does not allow it.
  enum Style {
    case plain
    case singleQuoted
    case doubleQuoted
    case literal
  }

  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  /// What has been written; its address is the emitter's.
  private let output: UnsafeMutablePointer<[UInt8]>

  /// An emitter of UTF-8 with two spaces a level and lines of any length.
  ///
  /// The corresponding C function is `yaml_emitter_initialize`.
  init() throws(YAMLFailure) {
    unsafe output = .allocate(capacity: 1)
    unsafe output.initialize(to: [])
    unsafe emitter = .allocate(capacity: 1)
    unsafe emitter.initialize(to: yaml_emitter_t())
    guard unsafe yaml_emitter_initialize(emitter) == 1 else { throw YAMLEmitterHandle.noMemory }
    unsafe yaml_emitter_set_output(emitter, append, output)
    unsafe yaml_emitter_set_encoding(emitter, YAML_UTF8_ENCODING)
    unsafe yaml_emitter_set_unicode(emitter, 1)
    unsafe yaml_emitter_set_indent(emitter, 2)
    // Folded lines would make a diff of one word one of a paragraph.
    unsafe yaml_emitter_set_width(emitter, -1)
    unsafe try send { event in unsafe yaml_stream_start_event_initialize(event, YAML_UTF8_ENCODING)
    }
    unsafe try send { event in
      unsafe yaml_document_start_event_initialize(event, nil, nil, nil, 1)
    }
  }

  deinit {
    unsafe yaml_emitter_delete(emitter)
    unsafe emitter.deallocate()
    unsafe output.deinitialize(count: 1)
    unsafe output.deallocate()
  }

  /// Ends the document; what was written.
  ///
  /// The corresponding C function is `yaml_emitter_flush`.
  mutating func finish() throws(YAMLFailure) -> [UInt8] {
    unsafe try send { event in unsafe yaml_document_end_event_initialize(event, 1) }
    unsafe try send { event in unsafe yaml_stream_end_event_initialize(event) }
    guard unsafe yaml_emitter_flush(emitter) == 1 else { throw failure }
    return unsafe output.pointee
  }

  /// Writes a scalar.
  ///
  /// The corresponding C function is `yaml_scalar_event_initialize`.
  mutating func scalar(_ text: String, _ style: Style) throws(YAMLFailure) {
    let cStyle: yaml_scalar_style_t =
      switch style {
      case .plain: YAML_PLAIN_SCALAR_STYLE
      case .singleQuoted: YAML_SINGLE_QUOTED_SCALAR_STYLE
      case .doubleQuoted: YAML_DOUBLE_QUOTED_SCALAR_STYLE
      case .literal: YAML_LITERAL_SCALAR_STYLE
      }
    var bytes = Array(text.utf8)
    let length = Int32(bytes.count)
    // libyaml wants an address of an empty text too.
    if bytes.isEmpty { bytes = [0] }
    unsafe try send { event in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe yaml_scalar_event_initialize(
          event,
          nil,
          nil,
          bytes.baseAddress,
          length,
          1,
          1,
          cStyle
        )
      }
    }
  }

  /// Begins a list; one without items is written within its line.
  mutating func listStart(isEmpty: Bool) throws(YAMLFailure) {
    let style = isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
    unsafe try send { event in
      unsafe yaml_sequence_start_event_initialize(event, nil, nil, 1, style)
    }
  }

  /// Ends a list.
  mutating func listEnd() throws(YAMLFailure) {
    unsafe try send { event in unsafe yaml_sequence_end_event_initialize(event) }
  }

  /// Begins a map; one without members is written within its line.
  mutating func mapStart(isEmpty: Bool) throws(YAMLFailure) {
    let style = isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
    unsafe try send { event in unsafe yaml_mapping_start_event_initialize(event, nil, nil, 1, style)
    }
  }

  /// Ends a map.
  mutating func mapEnd() throws(YAMLFailure) {
    unsafe try send { event in unsafe yaml_mapping_end_event_initialize(event) }
  }

  /// Hands an event over; the emitter frees it in any case.
  ///
  /// The corresponding C function is `yaml_emitter_emit`.
  private mutating func send(
    _ make: (UnsafeMutablePointer<yaml_event_t>) -> Int32
  ) throws(YAMLFailure) {
    var event = unsafe yaml_event_t()
    guard unsafe make(&event) == 1 else { throw YAMLEmitterHandle.noMemory }
    guard unsafe yaml_emitter_emit(emitter, &event) == 1 else { throw failure }
  }

  private var failure: YAMLFailure {
    guard let problem = unsafe emitter.pointee.problem else { return YAMLEmitterHandle.noMemory }
    return YAMLFailure(
      problem: unsafe String(cString: problem),
      mark: YAMLMark(index: 0, line: 0, column: 0)
    )
  }

  private static var noMemory: YAMLFailure {
    YAMLFailure(problem: "no memory is left", mark: YAMLMark(index: 0, line: 0, column: 0))
  }
}

/// Takes what the emitter has written; beside the handle that gives its address.
private func append(
  _ context: UnsafeMutableRawPointer?,
  _ bytes: UnsafeMutablePointer<UInt8>?,
  _ count: Int
) -> Int32 {
  guard let context = unsafe context else { return 0 }
  let output = unsafe context.assumingMemoryBound(to: [UInt8].self)
  unsafe output.pointee.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
  return 1
}
