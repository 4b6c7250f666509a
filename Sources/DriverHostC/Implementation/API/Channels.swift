import CDriverHost
import DriverABI
import DriverHost

/// Where an engine's functions refuse what goes through a channel.
private func refusal(_ what: String, _ status: Int64?) -> HostError {
  let why = status.map { "with status \($0)" } ?? "since the call has ended"
  return HostError(.cancelled, stage: .call, "\(what) \(why)")
}

/// A field of a sink or a source, and the kinds that use it.
private struct ChannelField {
  let name: String
  let isSet: Bool
  let kinds: [UInt32]

  /// Others must leave it 0, so that it can come to mean something for them.
  static func check(_ fields: [ChannelField], _ kind: UInt32, _ what: String) throws(Refusal) {
    for field in fields where field.isSet && !field.kinds.contains(kind) {
      throw Refusal(
        argument: "a \(what) of kind \(kind) does not use `\(field.name)`, which must be 0 or NULL"
      )
    }
  }
}

extension ChannelDestination {
  /// Where an output channel goes, as the header has it.
  init(
    _ sink: dh_sink_v1,
    _ outputLimit: Int,
    _ gate: () -> CallGate
  ) throws(Refusal) {
    switch unsafe sink.kind {
    case DH_SINK_MEMORY:
      self = unsafe .collect(limit: sink.limit == 0 ? outputLimit : Int(clamping: sink.limit))
    case DH_SINK_FILE: self = unsafe .file(try Engine.name(sink.path, "a sink's path"))
    case DH_SINK_DESCRIPTOR:
      guard unsafe sink.descriptor >= 0 else {
        throw Refusal(argument: "a sink's descriptor is none")
      }
      self = unsafe .descriptor(sink.descriptor)
    case DH_SINK_BYTES:
      guard let callback = unsafe Callback(sink.bytes, sink.context, gate()) else {
        throw Refusal(argument: "a sink has no function for bytes")
      }
      self = .bytes { bytes throws(HostError) in
        let status = unsafe callback.run { function, context in
          unsafe bytes.withUnsafeBytes { buffer in
            // NULL where there are no bytes, which the header does not allow.
            guard let start = buffer.baseAddress else { return Status.ok }
            return unsafe function(context, start, buffer.count)
          }
        }
        guard status == Status.ok else {
          throw refusal("the receiver of the output refused it", status.map(Int64.init))
        }
      }
    case DH_SINK_VALUES:
      guard let callback = unsafe Callback(sink.value, sink.context, gate()) else {
        throw Refusal(argument: "a sink has no function for values")
      }
      self = .values { value throws(HostError) in
        let memory = ABIMemory()
        let status = unsafe callback.run { function, context in
          unsafe function(context, memory.tree(value))
        }
        guard status == Status.ok else {
          throw refusal("the receiver of the output refused it", status.map(Int64.init))
        }
      }
    case let kind: throw Refusal(argument: "there is no sink of kind \(kind)")
    }
    let fields = unsafe [
      ChannelField(name: "descriptor", isSet: sink.descriptor != 0, kinds: [DH_SINK_DESCRIPTOR]),
      ChannelField(name: "limit", isSet: sink.limit != 0, kinds: [DH_SINK_MEMORY]),
      ChannelField(name: "path", isSet: sink.path.len != 0, kinds: [DH_SINK_FILE]),
      ChannelField(name: "bytes", isSet: sink.bytes != nil, kinds: [DH_SINK_BYTES]),
      ChannelField(name: "value", isSet: sink.value != nil, kinds: [DH_SINK_VALUES]),
      ChannelField(
        name: "context",
        isSet: sink.context != nil,
        kinds: [DH_SINK_BYTES, DH_SINK_VALUES]
      ),
    ]
    try unsafe ChannelField.check(fields, sink.kind, "sink")
  }
}

extension ChannelOrigin {
  /// The most that is asked for at once.
  private static let largestPiece = 1 << 20

  /// Where an input channel comes from, as the header has it.
  init(_ source: dh_source_v1, _ gate: () -> CallGate) throws(Refusal) {
    switch unsafe source.kind {
    case DH_SOURCE_MEMORY:
      let start = unsafe source.bytes.ptr.map(UnsafeRawPointer.init)
      guard unsafe source.bytes.len == 0 || start != nil && source.bytes.len > 0 else {
        throw Refusal(argument: "a source has a length and no address, or one of 2^63 or more")
      }
      self = unsafe .bytes([UInt8](UnsafeRawBufferPointer(start: start, count: source.bytes.len)))
    case DH_SOURCE_FILE: self = unsafe .file(try Engine.name(source.bytes, "a source's path"))
    case DH_SOURCE_DESCRIPTOR:
      guard unsafe source.descriptor >= 0 else {
        throw Refusal(argument: "a source's descriptor is none")
      }
      self = unsafe .descriptor(source.descriptor)
    case DH_SOURCE_READ:
      guard let callback = unsafe Callback(source.read, source.context, gate()) else {
        throw Refusal(argument: "a source has no function")
      }
      let length =
        unsafe source.length_plus_1 == 0 ? nil : Int64(clamping: source.length_plus_1 - 1)
      self = .handler(length: length) { count throws(HostError) in
        unsafe try ChannelOrigin.read(count, callback)
      }
    case let kind: throw Refusal(argument: "there is no source of kind \(kind)")
    }
    let fields = unsafe [
      ChannelField(
        name: "descriptor",
        isSet: source.descriptor != 0,
        kinds: [DH_SOURCE_DESCRIPTOR]
      ),
      ChannelField(
        name: "bytes",
        isSet: source.bytes.len != 0,
        kinds: [DH_SOURCE_MEMORY, DH_SOURCE_FILE]
      ),
      ChannelField(
        name: "length_plus_1",
        isSet: source.length_plus_1 != 0,
        kinds: [DH_SOURCE_READ]
      ),
      ChannelField(name: "read", isSet: source.read != nil, kinds: [DH_SOURCE_READ]),
      ChannelField(name: "context", isSet: source.context != nil, kinds: [DH_SOURCE_READ]),
    ]
    try unsafe ChannelField.check(fields, source.kind, "source")
  }

  private static func read(
    _ count: Int,
    _ callback: Callback<dh_read_fn_v1>
  ) throws(HostError) -> [UInt8] {
    let capacity = max(1, min(count, largestPiece))
    var status: Int64?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      status = unsafe callback.run { function, context in
        unsafe buffer.baseAddress.map { unsafe function(context, $0, capacity) } ?? 0
      }
      filled = max(0, min(Int(status ?? 0), capacity))
    }
    guard let status, status >= 0, status <= capacity else {
      throw refusal("the source of the input failed", status)
    }
    return bytes
  }
}
