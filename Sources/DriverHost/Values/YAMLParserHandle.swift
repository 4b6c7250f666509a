internal import CYAML

/// libyaml's parser with the document that it reads.
///
/// The corresponding C type is `yaml_parser_t`.
@safe
struct YAMLParserHandle: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// A copy, since the parser keeps its address.
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// A parser of a document in UTF-8.
  ///
  /// The corresponding C function is `yaml_parser_initialize`.
  init(_ source: SourceBytes) throws(YAMLFailure) {
    unsafe bytes = .allocate(capacity: max(source.count, 1))
    unsafe source.copy(to: bytes)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else { throw YAMLParserHandle.noMemory }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, source.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe bytes.deallocate()
  }

  /// The next event.
  ///
  /// The corresponding C function is `yaml_parser_parse`.
  mutating func next() throws(YAMLFailure) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe YAMLEvent(
      kind: YAMLEvent.Kind(event),
      start: YAMLMark(event.start_mark),
      end: YAMLMark(event.end_mark)
    )
  }

  private var failure: YAMLFailure {
    guard unsafe parser.pointee.error != YAML_MEMORY_ERROR,
      let problem = unsafe parser.pointee.problem
    else { return YAMLParserHandle.noMemory }
    var failure = unsafe YAMLFailure(
      problem: String(cString: problem),
      mark: YAMLMark(parser.pointee.problem_mark)
    )
    if let context = unsafe parser.pointee.context {
      unsafe failure.context = String(cString: context)
      unsafe failure.contextMark = YAMLMark(parser.pointee.context_mark)
    }
    return failure
  }

  private static var noMemory: YAMLFailure {
    YAMLFailure(problem: "no memory is left", mark: YAMLMark(index: 0, line: 0, column: 0))
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(index: mark.index, line: mark.line, column: mark.column)
  }
}

extension YAMLEvent.Kind {
  fileprivate init(_ event: yaml_event_t) {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT, YAML_NO_EVENT: self = .streamStart
    case YAML_DOCUMENT_START_EVENT: self = .documentStart
    case YAML_DOCUMENT_END_EVENT: self = .documentEnd
    case YAML_ALIAS_EVENT:
      self = .alias(unsafe text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let value = unsafe String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length),
        as: UTF8.self
      )
      let style: YAMLScalarStyle =
        switch unsafe scalar.style {
        case YAML_PLAIN_SCALAR_STYLE: .plain
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .quoted
        }
      self = unsafe .scalar(value, style, YAMLProperties(scalar.anchor, scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      self = unsafe .listStart(YAMLProperties(start.anchor, start.tag))
    case YAML_SEQUENCE_END_EVENT: self = .listEnd
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      self = unsafe .mapStart(YAMLProperties(start.anchor, start.tag))
    case YAML_MAPPING_END_EVENT: self = .mapEnd
    default: self = .streamEnd
    }
  }
}

extension YAMLProperties {
  fileprivate init(
    _ anchor: UnsafeMutablePointer<yaml_char_t>?,
    _ tag: UnsafeMutablePointer<yaml_char_t>?
  ) {
    self.init(anchor: unsafe text(anchor), tag: unsafe text(tag))
  }
}

private func text(_ string: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  guard let string = unsafe string else { return nil }
  return unsafe String(cString: string)
}
