internal import DriverABI

/// Builds a tree for `Call.output` and `Call.send` without an object for each node.
///
/// For what is put out often; elsewhere `OutputValue` reads better. Used again for one tree after
/// another, it allocates nothing:
///
///     builder.beginMap()
///     builder.add(200, name: "status")
///     builder.beginList(name: "tags")
///     builder.add("new")
///     builder.end()
///     builder.end()
///     try call.output("answer", &builder)
///
/// A value inside a map has a name, one inside a list and the root have none.
@safe
public struct OutputBuilder: ~Copyable {
  @safe
  private struct Frame {
    var isMap: Bool
    var name: dh_text_v1
    var flags: UInt32
    /// The place in `pending` of its first child.
    var start: Int
  }

  private var arena = OutputArena()
  private var frames: [Frame] = []
  /// Finished values whose parents are not finished yet.
  private var pending: [dh_member_v1] = unsafe []

  /// A builder without a tree.
  public init() {}

  /// Begins a map: what is added until its `end` goes into it.
  public mutating func beginMap(name: StaticString = "", isSecret: Bool = false) {
    unsafe begin(isMap: true, name: OutputBuilder.text(name), isSecret)
  }

  /// Begins a list: what is added until its `end` goes into it.
  public mutating func beginList(name: StaticString = "", isSecret: Bool = false) {
    unsafe begin(isMap: false, name: OutputBuilder.text(name), isSecret)
  }

  /// Begins a list whose name is not known beforehand; the bytes are copied.
  public mutating func beginList(copyingName name: Span<UInt8>) {
    unsafe begin(isMap: false, name: copy(name), false)
  }

  /// Ends the innermost map or list.
  public mutating func end() {
    guard let frame = frames.popLast() else {
      preconditionFailure("`end` without a map or list that was begun")
    }
    let count = unsafe pending.count - frame.start
    var value = unsafe dh_value_v1()
    unsafe value.flags = frame.flags
    unsafe value.count = count
    if frame.isMap {
      let members = unsafe arena.allocate(dh_member_v1.self, count: count)
      for index in 0..<count {
        unsafe (members + index).initialize(to: pending[frame.start + index])
      }
      unsafe value.kind = DH_MAP
      unsafe value.as.members = unsafe UnsafePointer(members)
    } else {
      let items = unsafe arena.allocate(dh_value_v1.self, count: count)
      for index in 0..<count {
        unsafe (items + index).initialize(to: pending[frame.start + index].value)
      }
      unsafe value.kind = DH_LIST
      unsafe value.as.items = unsafe UnsafePointer(items)
    }
    unsafe pending.removeSubrange(frame.start...)
    unsafe append(value, name: frame.name)
  }

  /// Adds null.
  public mutating func addNull(name: StaticString = "") {
    unsafe append(dh_null(), name: OutputBuilder.text(name))
  }

  /// Adds a boolean.
  public mutating func add(_ truth: Bool, name: StaticString = "") {
    unsafe append(dh_bool(truth ? 1 : 0), name: OutputBuilder.text(name))
  }

  /// Adds an integer; one that 64 bits with a sign do not hold becomes a decimal.
  public mutating func add(_ integer: some BinaryInteger, name: StaticString = "") {
    if let integer = Int64(exactly: integer) {
      unsafe append(dh_int(integer), name: OutputBuilder.text(name))
    } else {
      let text = unsafe arena.text(String(integer))
      unsafe append(
        OutputBuilder.textual(DH_DECIMAL, text, false),
        name: OutputBuilder.text(name)
      )
    }
  }

  /// Adds a finite double.
  public mutating func add(_ number: Double, name: StaticString = "") {
    unsafe append(dh_double(number), name: OutputBuilder.text(name))
  }

  /// Adds a string.
  public mutating func add(_ string: String, name: StaticString = "", isSecret: Bool = false) {
    let text = unsafe arena.text(string)
    unsafe append(
      OutputBuilder.textual(DH_STRING, text, isSecret),
      name: OutputBuilder.text(name)
    )
  }

  /// Adds a string of bytes that are UTF-8, copied.
  public mutating func add(
    copyingUTF8 utf8: Span<UInt8>,
    name: StaticString = "",
    isSecret: Bool = false
  ) {
    let text = unsafe copy(utf8)
    unsafe append(
      OutputBuilder.textual(DH_STRING, text, isSecret),
      name: OutputBuilder.text(name)
    )
  }

  /// Adds a string of bytes that are UTF-8 under a name that is not known beforehand, both copied.
  public mutating func add(copyingUTF8 utf8: Span<UInt8>, copyingName name: Span<UInt8>) {
    let text = unsafe copy(utf8)
    unsafe append(OutputBuilder.textual(DH_STRING, text, false), name: copy(name))
  }

  /// Adds a value.
  public mutating func add(value: OutputValue, name: String = "") {
    unsafe add(value, name: arena.text(name), isSecret: false)
  }

  private mutating func add(_ value: OutputValue, name: dh_text_v1, isSecret: Bool) {
    switch value {
    case .null: unsafe append(dh_null(), name: name, isSecret)
    case .bool(let truth): unsafe append(dh_bool(truth ? 1 : 0), name: name, isSecret)
    case .int(let integer): unsafe append(dh_int(integer), name: name, isSecret)
    case .double(let number): unsafe append(dh_double(number), name: name, isSecret)
    case .decimal(let text):
      unsafe append(OutputBuilder.textual(DH_DECIMAL, arena.text(text), isSecret), name: name)
    case .string(let text):
      unsafe append(OutputBuilder.textual(DH_STRING, arena.text(text), isSecret), name: name)
    case .json(let text):
      unsafe append(OutputBuilder.textual(DH_JSON, arena.text(text), isSecret), name: name)
    case .bytes(let bytes):
      let text = unsafe bytes.withUnsafeBytes { unsafe arena.text($0) }
      unsafe append(OutputBuilder.textual(DH_BYTES, text, isSecret), name: name)
    case .list(let items):
      unsafe begin(isMap: false, name: name, isSecret)
      for item in items { unsafe add(item, name: dh_text_v1(), isSecret: false) }
      end()
    case .map(let members):
      unsafe begin(isMap: true, name: name, isSecret)
      for member in members {
        unsafe add(member.value, name: arena.text(member.name), isSecret: false)
      }
      end()
    case .secret(let value): unsafe add(value, name: name, isSecret: true)
    }
  }

  // MARK: - The tree

  /// Runs `body` with the finished tree, which stays until `reset`.
  func withTree<Result>(_ body: (UnsafePointer<dh_value_v1>) -> Result) -> Result {
    precondition(
      unsafe frames.isEmpty && pending.count == 1,
      "a tree has one root, and each map or list in it is ended"
    )
    let root = unsafe pending[0].value
    return unsafe withUnsafePointer(to: root) { unsafe body($0) }
  }

  /// The error for a tree that one of the host's functions does not take.
  ///
  /// A JSON document is somebody else's text more often than not, so where the tree has one that is
  /// what is named.
  func refusal(by function: StaticString, of what: String) -> DriverError {
    guard unsafe pending.contains(where: { unsafe OutputBuilder.holdsDocument($0.value) }) else {
      return DriverError(status: DH_INVALID, of: function)
    }
    return DriverError(
      .protocolViolation,
      "\(what) has a JSON document that is none: it breaks the grammar, is nested deeper than \(JSONSyntax.depthLimit) levels, or has a name twice in a map. Whoever made the document must mend it",
      detail: "\(function) answered DH_INVALID; the host's log says where, at the level debug"
    )
  }

  private static func holdsDocument(_ value: dh_value_v1) -> Bool {
    switch unsafe value.kind {
    case DH_JSON: true
    case DH_LIST:
      unsafe UnsafeBufferPointer(start: value.as.items, count: value.count)
        .contains { unsafe holdsDocument($0) }
    case DH_MAP:
      unsafe UnsafeBufferPointer(start: value.as.members, count: value.count)
        .contains { unsafe holdsDocument($0.value) }
    default: false
    }
  }

  /// Forgets what was added.
  public mutating func reset() {
    frames.removeAll(keepingCapacity: true)
    unsafe pending.removeAll(keepingCapacity: true)
    arena.reset()
  }

  private mutating func begin(isMap: Bool, name: dh_text_v1, _ isSecret: Bool) {
    unsafe frames.append(
      Frame(
        isMap: isMap,
        name: name,
        flags: isSecret ? DH_SECRET : 0,
        start: pending.count
      )
    )
  }

  private mutating func append(_ value: dh_value_v1, name: dh_text_v1, _ isSecret: Bool = false) {
    var value = unsafe value
    if isSecret { unsafe value.flags |= DH_SECRET }
    unsafe pending.append(dh_member_v1(name: name, value: value))
  }

  private mutating func copy(_ bytes: Span<UInt8>) -> dh_text_v1 {
    unsafe bytes.withUnsafeBytes { unsafe arena.text($0) }
  }

  private static func textual(
    _ kind: UInt32,
    _ text: dh_text_v1,
    _ isSecret: Bool
  ) -> dh_value_v1 {
    var value = unsafe dh_textual(kind, text.ptr, text.len)
    if isSecret { unsafe value.flags = DH_SECRET }
    return unsafe value
  }

  /// A static text, which needs no copy: it is there until the process ends.
  static func text(_ name: StaticString) -> dh_text_v1 {
    unsafe dh_text_v1(
      ptr: UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
      len: name.utf8CodeUnitCount
    )
  }
}
