import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("Rows of the C API")
struct RowTests {
  /// What a consumer of a stream has seen.
  private struct Seen: Equatable {
    var columns: Int64 = 0
    var lengths: [Int64] = []
    var end: Int32 = 0
  }

  /// Reads a stream to its end, or to a number of batches, and releases it.
  private static func read(
    _ stream: UnsafeMutablePointer<ArrowArrayStream>,
    batches: Int = .max
  ) -> Seen {
    var seen = Seen()
    var schema = ArrowSchema()
    seen.end = stream.pointee.get_schema(stream, &schema)
    if seen.end == 0 {
      seen.columns = schema.n_children
      schema.release(&schema)
    }
    while seen.end == 0, seen.lengths.count < batches {
      var array = ArrowArray()
      seen.end = stream.pointee.get_next(stream, &array)
      guard seen.end == 0, let release = array.release else { break }
      seen.lengths.append(array.length)
      release(&array)
    }
    stream.pointee.release(stream)
    #expect(stream.pointee.release == nil)
    return seen
  }

  private static var pulling: dh_call_options_v1 {
    var options = dh_call_options_v1()
    options.flags = DH_CALL_STREAMS_ROWS
    return options
  }

  @Test("become values where nobody asks for streams")
  func values() throws {
    let engine = try Engine("arrow")
    let result = try engine.connect("ARROW", #"{"batches": 1}"#)
    let rows = try #require(dh_output(result, "rows"))
    #expect(rows.pointee.kind == DH_LIST && rows.pointee.count == 7)
    #expect(dh_member_of(rows.pointee.as.items, "int64")?.pointee.kind == DH_INT)
    _ = dh_release_v1(result)
  }

  @Test("are pulled while the call is in flight, which ends with their release")
  func pulled() async throws {
    let engine = try Engine("arrow")
    let execution = try engine.execution("ARROW", #"{"batches": 3}"#, Self.pulling)
    defer { _ = dh_release_v1(execution) }
    try await onThread {
      var name = dh_text_v1()
      var stream = ArrowArrayStream()
      #expect(dh_execution_rows_v1(execution, -1, &name, &stream, nil) == 1)
      #expect(string(name) == "rows")
      #expect(dh_execution_status_v1(execution) == DH_EXECUTION_RUNNING)
      #expect(dh_execution_wait_v1(execution, 1_000_000, nil, nil) == DH_AGAIN)
      #expect(Self.read(&stream) == Seen(columns: 32, lengths: [7, 5, 5], end: 0))
      var other = ArrowArrayStream()
      #expect(dh_execution_rows_v1(execution, -1, nil, &other, nil) == 0)
      #expect(other.release == nil)
      var result: dh_handle = 0
      #expect(dh_execution_wait_v1(execution, -1, &result, nil) == DH_OK)
      #expect(dh_int_of(dh_tree_v1(result), "batches", 0) == 3)
      _ = dh_release_v1(result)
    }
  }

  @Test("go to one of the threads that wait, and the others wait on for the next ones or the end")
  func waiters() async throws {
    let engine = try Engine("arrow")
    let execution = try engine.execution("ARROW", #"{"batches": 1}"#, Self.pulling)
    defer { _ = dh_release_v1(execution) }
    let isReleased = Locked(false)
    let answers = try await withThrowingTaskGroup(of: dh_status.self) { group in
      for _ in 0..<3 {
        group.addTask {
          try await onThread {
            var stream = ArrowArrayStream()
            let status = dh_execution_rows_v1(execution, -1, nil, &stream, nil)
            if status == 1 {
              // The others have had time to find nothing.
              usleep(50_000)
              isReleased.with { $0 = true }
              _ = Self.read(&stream)
            } else {
              #expect(isReleased.with { $0 })
            }
            return status
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.sorted() == [0, 0, 1])
  }

  @Test("come one stream after the other")
  func several() async throws {
    let engine = try Engine("arrow")
    let execution = try engine.execution("ARROW", #"{"what": "two", "batches": 1}"#, Self.pulling)
    defer { _ = dh_release_v1(execution) }
    try await onThread {
      for expected in ["rows", "second"] {
        var name = dh_text_v1()
        var stream = ArrowArrayStream()
        #expect(dh_execution_rows_v1(execution, -1, &name, &stream, nil) == 1)
        #expect(string(name) == expected)
        var none = ArrowArrayStream()
        #expect(dh_execution_rows_v1(execution, 0, nil, &none, nil) == DH_AGAIN)
        #expect(Self.read(&stream).lengths.count == 1)
      }
      #expect(dh_execution_wait_v1(execution, -1, nil, nil) == DH_OK)
    }
  }

  @Test("are given to a callback, which may keep them or read them at once")
  func callback() async throws {
    final class Kept: Sendable {
      let streams = Locked<[ArrowArrayStream]>([])
      let lengths = Locked<[Int64]>([])
    }
    let engine = try Engine("arrow")
    let kept = Kept()
    var options = dh_call_options_v1()
    options.rows_context = context(kept)
    options.rows = { context, _, stream in
      let seen = Self.read(stream)
      object(context, Kept.self).lengths.with { $0 = seen.lengths }
    }
    _ = dh_release_v1(try engine.connect("ARROW", #"{"batches": 2}"#, options))
    #expect(kept.lengths.with { $0 } == [7, 5])

    options.rows = { context, name, stream in
      #expect(string(name) == "rows")
      object(context, Kept.self).streams.with { $0.append(stream.pointee) }
      stream.pointee.release = nil
    }
    let execution = try engine.execution("ARROW", #"{"batches": 1}"#, options)
    _ = dh_execution_start_v1(execution)
    try await eventually("the stream is there") { kept.streams.with { !$0.isEmpty } }
    #expect(dh_execution_status_v1(execution) == DH_EXECUTION_RUNNING)
    var stream = kept.streams.with { $0[0] }
    #expect(Self.read(&stream).lengths == [7])
    try await onThread { #expect(dh_execution_wait_v1(execution, -1, nil, nil) == DH_OK) }
    _ = dh_release_v1(execution)

    // One that the callback leaves where it is.
    options.rows = { _, _, _ in }
    let error = try engine.failure("ARROW", "{}", options)
    #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_CANCELLED)
    _ = dh_release_v1(error)
  }

  @Test("answer that they were cancelled after a cancel, and their call ends without their release")
  func cancelled() async throws {
    let engine = try Engine("arrow")
    let execution = try engine.execution("ARROW", #"{"batches": 1000}"#, Self.pulling)
    defer { _ = dh_release_v1(execution) }
    try await onThread {
      var stream = ArrowArrayStream()
      #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
      _ = dh_execution_cancel_v1(execution)
      var error: dh_handle = 0
      #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
      #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_CANCELLED)
      _ = dh_release_v1(error)
      var array = ArrowArray()
      #expect(stream.get_next(&stream, &array) == ECANCELED)
      #expect(array.release == nil)
      let why = stream.get_last_error(&stream).map { String(cString: $0) }
      #expect(why?.contains("cancelled") == true)
      stream.release(&stream)
    }
  }

  @Test("cancel their call where they are released before their end, and say why they broke off")
  func early() async throws {
    let engine = try Engine("arrow")
    for (inputs, batches, code) in [
      (#"{"batches": 50}"#, 1, DH_ERROR_CANCELLED),
      (#"{"what": "error"}"#, .max, DH_ERROR_REMOTE_FAILURE),
      // A driver that has said it to its stream only, and ends the call well.
      (#"{"what": "broken"}"#, .max, DH_ERROR_REMOTE_FAILURE),
    ] {
      let execution = try engine.execution("ARROW", inputs, Self.pulling)
      defer { _ = dh_release_v1(execution) }
      try await onThread {
        var stream = ArrowArrayStream()
        #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
        let seen = Self.read(&stream, batches: batches)
        #expect(seen.lengths == [7] && seen.end == (batches == 1 ? 0 : EIO))
        var error: dh_handle = 0
        #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
        #expect(dh_failure_get_v1(error)?.pointee.code == code)
        _ = dh_release_v1(error)
      }
    }
  }

  @Test("fail their call where they are cut off, though its driver says that it went well")
  func cutOff() async throws {
    let engine = try Engine("arrow")
    for (nanoseconds, code) in [(0, DH_ERROR_CANCELLED), (300_000_000, DH_ERROR_TIMED_OUT)] {
      var options = Self.pulling
      options.timeout_ns = Int64(nanoseconds)
      let inputs = #"{"what": "careless", "batches": 1000}"#
      let execution = try engine.execution("ARROW", inputs, options)
      defer { _ = dh_release_v1(execution) }
      try await onThread {
        var stream = ArrowArrayStream()
        #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
        var array = ArrowArray()
        #expect(stream.get_next(&stream, &array) == 0)
        array.release?(&array)
        if nanoseconds == 0 { _ = dh_execution_cancel_v1(execution) }
        var error: dh_handle = 0
        #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
        #expect(dh_failure_get_v1(error)?.pointee.code == code)
        _ = dh_release_v1(error)
        stream.release(&stream)
      }
    }
  }

  @Test("that are none fail their call by that, though nobody says that he has seen it")
  func none() async throws {
    let engine = try Engine("arrow")
    for what in ["format", "children", "no_get_next"] {
      let execution = try engine.execution("ARROW", #"{"what": "\#(what)"}"#, Self.pulling)
      defer { _ = dh_release_v1(execution) }
      try await onThread {
        var stream = ArrowArrayStream()
        #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
        let seen = Self.read(&stream)
        #expect(seen.lengths.isEmpty && seen.end != 0 && seen.end != ECANCELED)
        var error: dh_handle = 0
        #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
        #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_INTERNAL, "\(what)")
        #expect(dh_execution_status_v1(execution) == DH_EXECUTION_FAILED)
        _ = dh_release_v1(error)
      }
    }
  }

  @Test("own their memory: an array outlives stream, call and host")
  func arrays() async throws {
    var array = ArrowArray()
    do {
      let engine = try Engine("arrow")
      let execution = try engine.execution("ARROW", #"{"batches": 1}"#, Self.pulling)
      array = try await onThread {
        var stream = ArrowArrayStream()
        var array = ArrowArray()
        #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
        #expect(stream.get_next(&stream, &array) == 0)
        var end = ArrowArray()
        #expect(stream.get_next(&stream, &end) == 0 && end.release == nil)
        stream.release(&stream)
        #expect(dh_execution_wait_v1(execution, -1, nil, nil) == DH_OK)
        return Moved(array)
      }.array
      _ = dh_release_v1(execution)
    }
    #expect(array.length == 7 && array.n_children == 32)
    let int64s = try #require(array.children[8]?.pointee.buffers[1])
    #expect(int64s.load(as: Int64.self) == .min)
    array.release(&array)
  }

  /// An array on its way between threads.
  private struct Moved: @unchecked Sendable {
    // `@unchecked` because one thread at a time has it.
    let array: ArrowArray

    init(_ array: ArrowArray) { self.array = array }
  }

  @Test("are let go of where nobody takes them")
  func dropped() async throws {
    let engine = try Engine("arrow")
    let execution = try engine.execution("ARROW", "{}", Self.pulling)
    _ = dh_execution_start_v1(execution)
    _ = dh_release_v1(execution)
    try await eventually("the call has ended") {
      try Engine.document { dh_host_executions_v1(engine.host, nil, $0, $1) }
        .contains("ENDED_CANCELLED")
    }
    let plain = try engine.execution("ARROW")
    var stream = ArrowArrayStream()
    #expect(dh_execution_rows_v1(plain, 0, nil, &stream, nil) == DH_INVALID)
    _ = dh_release_v1(plain)
  }

  @Test("keep the metadata of their schema")
  func metadata() async throws {
    let driver = try FixtureDriver.build(
      "metadata",
      descriptor: """
        {"descriptor": 1, "name": "METADATA", "id": "org.driverhost.test.metadata",
         "version": "1.0.0", "abi": ["dh.driver/1"], "execution": "blocking",
         "actions": [{"name": "rows", "output_kinds": ["rows"]}]}
        """,
      source: """
        #include <stdlib.h>
        #include <string.h>
        static const char pair[] = "\\1\\0\\0\\0\\4\\0\\0\\0unit\\2\\0\\0\\0km";
        static dh_call_v1 current;
        static void release_schema(struct ArrowSchema *s) { s->release = NULL; }
        static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
          (void)stream;
          static struct ArrowSchema column, *columns[1] = {&column};
          column = (struct ArrowSchema){.format = "l", .name = "x", .metadata = pair,
                                        .release = release_schema};
          *out = (struct ArrowSchema){.format = "+s", .n_children = 1, .children = columns,
                                      .release = release_schema};
          return 0;
        }
        static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
          (void)stream;
          memset(out, 0, sizeof *out);
          return 0;
        }
        static const char *get_last_error(struct ArrowArrayStream *s) { (void)s; return NULL; }
        static void release_stream(struct ArrowArrayStream *stream) {
          stream->release = NULL;
          dh_succeed(current);
        }
        """
          + FixtureDriver.plainSource.replacing(
            "dh_succeed(request->call);",
            with: """
              current = request->call;
              struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, release_stream,
                                                NULL};
              request->call.fn->rows(request->call, dh_text("rows"), &stream);
              """
          )
    )
    let engine = try Engine(paths: [driver])
    let execution = try engine.execution("METADATA", "{}", Self.pulling)
    defer { _ = dh_release_v1(execution) }
    try await onThread {
      var stream = ArrowArrayStream()
      #expect(dh_execution_rows_v1(execution, -1, nil, &stream, nil) == 1)
      var schema = ArrowSchema()
      #expect(stream.get_schema(&stream, &schema) == 0)
      let metadata = schema.children[0]?.pointee.metadata
      #expect(
        metadata.map { UnsafeRawBufferPointer(start: $0 + 8, count: 4).elementsEqual("unit".utf8) }
          == true
      )
      schema.release(&schema)
      #expect(Self.read(&stream).lengths.isEmpty)
      #expect(dh_execution_wait_v1(execution, -1, nil, nil) == DH_OK)
    }
  }
}
