import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("Channels of the C API")
struct ChannelTests {
  /// Copies its input channel to an output channel, and puts the sizes of the pieces on a channel
  /// of values.
  private static let copier = """
    static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                            dh_report_v1 report) {
      (void)host, (void)loop, (void)report;
      *instance = NULL;
      return DH_OK;
    }
    static void destroy(void *instance) { (void)instance; }
    static void start(void *instance, const dh_request_v1 *request) {
      (void)instance;
      static char buffer[1 << 16];
      dh_call_v1 call = request->call;
      int64_t count = 0, total = 0;
      int64_t length = call.fn->length(call, 0);
      while ((count = call.fn->read(call, 0, buffer, sizeof buffer)) > 0) {
        total += count;
        dh_value_v1 size = dh_int(count);
        if (call.fn->write(call, 1, buffer, (size_t)count) == DH_STOPPED) count = -1;
        call.fn->send(call, 2, &size);
        if (count < 0) break;
      }
      dh_value_v1 all = dh_int(total), known = dh_int(length);
      call.fn->output(call, dh_text("total"), &all);
      call.fn->output(call, dh_text("length"), &known);
      if (count < 0) {
        dh_fail(call, DH_ERROR_CANCELLED, "a channel was stopped");
      } else {
        dh_succeed(call);
      }
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    DH_DRIVER_ENTRY(driver)
    """

  private let engine: Engine

  init() throws {
    engine = try Engine(paths: [
      FixtureDriver.build(
        "copier",
        descriptor: """
          {"descriptor": 1, "name": "COPIER", "id": "org.driverhost.test.copier", "version": "1.0.0",
           "abi": ["dh.driver/1"], "execution": "blocking", "concurrency": "driver-serial",
           "actions": [{"name": "copy", "channels": [{"name": "in", "direction": "in"},
             {"name": "out", "direction": "out"},
             {"name": "sizes", "direction": "out", "content": "values"}]}]}
          """,
        source: Self.copier
      )
    ])
  }

  /// Where everything of a call comes from and goes to.
  private final class Ends: Sendable {
    let given: Locked<[UInt8]>
    let bytes = Locked<[UInt8]>([])
    let values = Locked<[Int64]>([])
    let answer: dh_status

    init(_ given: [UInt8], answer: dh_status = DH_OK) {
      self.given = Locked(given)
      self.answer = answer
    }
  }

  /// Runs a call with some sources and sinks; the result, or the error.
  private func copy(
    _ sources: [dh_source_v1],
    _ sinks: [dh_sink_v1]
  ) throws -> (result: dh_handle, error: dh_handle) {
    var (result, error): (dh_handle, dh_handle) = (0, 0)
    var target = callTarget("COPIER")
    _ = sources.withUnsafeBufferPointer { sources in
      sinks.withUnsafeBufferPointer { sinks in
        var options = dh_call_options_v1()
        options.sources = sources.baseAddress
        options.source_count = sources.count
        options.sinks = sinks.baseAddress
        options.sink_count = sinks.count
        return dh_host_connect_v1(engine.host, &target, nil, &options, &result, &error)
      }
    }
    return (result, error)
  }

  private static let names = Texts(["in", "out", "sizes"])

  private static func source(_ kind: UInt32) -> dh_source_v1 {
    var source = dh_source_v1()
    source.channel = names.start[0]
    source.kind = kind
    return source
  }

  private static func sink(_ kind: UInt32, _ channel: Int = 1) -> dh_sink_v1 {
    var sink = dh_sink_v1()
    sink.channel = names.start[channel]
    sink.kind = kind
    return sink
  }

  @Test("go through functions of the engine, both ways")
  func functions() throws {
    let ends = Ends((0..<200_000).map { UInt8(truncatingIfNeeded: $0) })
    var source = Self.source(DH_SOURCE_READ)
    source.length_plus_1 = 200_001
    source.context = context(ends)
    source.read = { context, buffer, capacity in
      object(context, Ends.self).given.with { given in
        let count = min(capacity, given.count)
        buffer.copyMemory(from: Array(given.prefix(count)), byteCount: count)
        given.removeFirst(count)
        return Int64(count)
      }
    }
    var bytes = Self.sink(DH_SINK_BYTES)
    bytes.context = context(ends)
    bytes.bytes = { context, bytes, count in
      object(context, Ends.self).bytes.with {
        $0 += UnsafeRawBufferPointer(start: bytes, count: count)
      }
      return DH_OK
    }
    var values = Self.sink(DH_SINK_VALUES, 2)
    values.context = context(ends)
    values.value = { context, value in
      object(context, Ends.self).values.with { $0.append(value.pointee.as.integer) }
      return DH_OK
    }
    let (result, error) = try copy([source], [bytes, values])
    try #require(error == 0)
    #expect(dh_int_of(dh_tree_v1(result), "total", 0) == 200_000)
    #expect(dh_int_of(dh_tree_v1(result), "length", 0) == 200_000)
    #expect(ends.bytes.with { $0 } == (0..<200_000).map { UInt8(truncatingIfNeeded: $0) })
    #expect(ends.values.with { $0.reduce(0, +) } == 200_000)
    _ = dh_release_v1(result)
  }

  @Test("go through memory, up to a limit")
  func memory() throws {
    let text = Texts(["some bytes"])
    var source = Self.source(DH_SOURCE_MEMORY)
    source.bytes = text.start[0]
    let (result, error) = try copy(
      [source],
      [Self.sink(DH_SINK_MEMORY), Self.sink(DH_SINK_MEMORY, 2)]
    )
    try #require(error == 0)
    let bytes = dh_bytes_of(dh_tree_v1(result), "out")
    #expect(string(bytes) == "some bytes")
    #expect(dh_output(result, "sizes")?.pointee.kind == DH_LIST)
    _ = dh_release_v1(result)
    var small = Self.sink(DH_SINK_MEMORY)
    small.limit = 3
    let (_, tooLarge) = try copy([source], [small])
    #expect(dh_failure_get_v1(tooLarge)?.pointee.code == DH_ERROR_TOO_LARGE)
    _ = dh_release_v1(tooLarge)
  }

  @Test("go through files and descriptors")
  func files() throws {
    let folder = try TemporaryFolder()
    try folder.write("from a file", to: "in")
    let paths = Texts([folder.file("in"), folder.file("out")])
    var source = Self.source(DH_SOURCE_FILE)
    source.bytes = paths.start[0]
    var sink = Self.sink(DH_SINK_FILE)
    sink.path = paths.start[1]
    let (result, error) = try copy([source], [sink])
    try #require(error == 0)
    _ = dh_release_v1(result)
    #expect(try String(contentsOfFile: folder.file("out"), encoding: .utf8) == "from a file")

    let reading = open(folder.file("in"), O_RDONLY)
    let writing = open(folder.file("copy"), O_WRONLY | O_CREAT, 0o600)
    var descriptor = Self.source(DH_SOURCE_DESCRIPTOR)
    descriptor.descriptor = reading
    var target = Self.sink(DH_SINK_DESCRIPTOR)
    target.descriptor = writing
    let (second, failure) = try copy([descriptor], [target])
    try #require(failure == 0)
    _ = dh_release_v1(second)
    // They are the engine's: still open.
    #expect(close(reading) == 0 && close(writing) == 0)
    #expect(try String(contentsOfFile: folder.file("copy"), encoding: .utf8) == "from a file")
  }

  @Test("fail the call where a function refuses, with what had come")
  func refused() throws {
    let ends = Ends([], answer: -1)
    let text = Texts(["x"])
    var source = Self.source(DH_SOURCE_MEMORY)
    source.bytes = text.start[0]
    var sink = Self.sink(DH_SINK_BYTES)
    sink.context = context(ends)
    sink.bytes = { context, _, _ in object(context, Ends.self).answer }
    let (_, refused) = try copy([source], [sink])
    #expect(dh_failure_get_v1(refused)?.pointee.code == DH_ERROR_CANCELLED)
    _ = dh_release_v1(refused)
    var broken = Self.source(DH_SOURCE_READ)
    broken.read = { _, _, _ in -5 }
    let (_, failed) = try copy([broken], [])
    #expect(string(try #require(dh_failure_get_v1(failed)).pointee.message)?.contains("-5") == true)
    _ = dh_release_v1(failed)
  }

  @Test("are refused where they lead nowhere")
  func invalid() throws {
    for sink in [
      Self.sink(0), Self.sink(DH_SINK_BYTES), Self.sink(DH_SINK_VALUES), Self.sink(DH_SINK_FILE),
    ] {
      let (_, error) = try copy([], [sink])
      #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_INVALID_INPUT)
      _ = dh_release_v1(error)
    }
    let (_, error) = try copy([Self.source(DH_SOURCE_READ)], [])
    #expect(error != 0)
    _ = dh_release_v1(error)
  }
}
