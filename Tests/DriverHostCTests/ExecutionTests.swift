import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@Suite("Executions of the C API")
struct ExecutionTests {
  @Test("are new, run, and end")
  func life() async throws {
    let engine = try Engine("echo")
    let execution = try engine.execution("ECHO", #"{"int": 1}"#)
    defer { _ = dh_release_v1(execution) }
    #expect(dh_execution_status_v1(execution) == DH_EXECUTION_NEW)
    var id = dh_text_v1()
    #expect(dh_execution_id_v1(execution, &id) == DH_OK)
    let record = try Engine.document { dh_host_execution_v1(engine.host, id, $0, $1) }
    #expect(record.contains(#""status":"NEW""#))
    try await onThread {
      var (result, error): (dh_handle, dh_handle) = (0, 0)
      #expect(dh_execution_wait_v1(execution, -1, &result, &error) == DH_OK)
      #expect(dh_int_of(dh_tree_v1(result), "int", 0) == 1)
      #expect(dh_execution_status_v1(execution) == DH_EXECUTION_SUCCEEDED)
      // As often as anybody likes.
      var again: dh_handle = 0
      #expect(dh_execution_wait_v1(execution, 0, &again, nil) == DH_OK)
      #expect(again != result && dh_release_v1(result) == DH_OK)
      #expect(dh_int_of(dh_tree_v1(again), "int", 0) == 1)
      #expect(dh_release_v1(again) == DH_OK && error == 0)
    }
  }

  @Test("go on when the time to wait is up, and are cancelled from another thread")
  func cancel() async throws {
    let engine = try Engine("sleeper")
    let execution = try engine.execution("SLEEPER", #"{"seconds": 600}"#)
    defer { _ = dh_release_v1(execution) }
    try await onThread {
      var error: dh_handle = 0
      #expect(dh_execution_wait_v1(execution, 0, nil, &error) == DH_AGAIN)
      #expect(dh_execution_wait_v1(execution, 20_000_000, nil, &error) == DH_AGAIN)
      #expect(error == 0 && dh_execution_status_v1(execution) == DH_EXECUTION_RUNNING)
      // A call that is not in its driver yet has nothing to put out.
      for _ in 0..<10_000 {
        let statistics = try Engine.document { dh_host_statistics_v1(engine.host, $0, $1) }
        if statistics.contains(#""running_calls":1"#) { break }
        usleep(1000)
      }
      Thread.detachNewThread { _ = dh_execution_cancel_v1(execution) }
      #expect(dh_execution_wait_v1(execution, -1, nil, &error) == DH_FAILED)
      #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_CANCELLED)
      // The partial result of a call that was stopped.
      #expect(dh_output(error, "slept")?.pointee.kind == DH_DOUBLE)
      #expect(dh_execution_status_v1(execution) == DH_EXECUTION_CANCELLED)
      #expect(dh_release_v1(error) == DH_OK)
    }
  }

  @Test("end as cancelled where they are cancelled before their start")
  func cancelledBeforeStart() async throws {
    let engine = try Engine("sleeper")
    let execution = try engine.execution("SLEEPER", #"{"seconds": 600}"#)
    defer { _ = dh_release_v1(execution) }
    #expect(dh_execution_cancel_v1(execution) == DH_OK)
    #expect(dh_execution_start_v1(execution) == DH_OK)
    try await onThread {
      #expect(dh_execution_wait_v1(execution, -1, nil, nil) == DH_FAILED)
    }
    #expect(dh_execution_status_v1(execution) == DH_EXECUTION_CANCELLED)
  }

  @Test("obey the time limit of their options")
  func timeout() async throws {
    let engine = try Engine("sleeper")
    var options = dh_call_options_v1()
    options.timeout_ns = 10_000_000
    let error = try engine.failure("SLEEPER", #"{"seconds": 600}"#, options)
    #expect(dh_failure_get_v1(error)?.pointee.code == DH_ERROR_TIMED_OUT)
    _ = dh_release_v1(error)
    options.timeout_ns = -1
    let refusal = #expect(throws: EngineError.self) { try engine.connect("SLEEPER", "{}", options) }
    #expect(refusal?.status == DH_INVALID)
  }

  @Test("are waited for by several threads at once")
  func waiters() async throws {
    let engine = try Engine("sleeper")
    for _ in 0..<20 {
      let execution = try engine.execution("SLEEPER", #"{"seconds": 0.002}"#)
      defer { _ = dh_release_v1(execution) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for thread in 0..<4 {
          group.addTask {
            try await onThread {
              // One of them leaves early, maybe the one that does the work.
              let timeout: Int64 = thread == 0 ? 100_000 : -1
              let status = dh_execution_wait_v1(execution, timeout, nil, nil)
              #expect(status == DH_OK || thread == 0 && status == DH_AGAIN)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("tell of their end once, before and after it")
  func onEnd() async throws {
    let engine = try Engine("echo")
    let ends = Locked<[dh_handle]>([])
    let execution = try engine.execution("ECHO")
    let listener: dh_end_fn_v1 = { context, execution in
      // The end is there when it is told.
      #expect(dh_execution_wait_v1(execution, 0, nil, nil) == DH_OK)
      object(context, Locked<[dh_handle]>.self).with { $0.append(execution) }
    }
    #expect(dh_execution_on_end_v1(execution, listener, context(ends)) == DH_OK)
    #expect(dh_execution_start_v1(execution) == DH_OK)
    try await eventually("the end is told") { ends.with { $0 } == [execution] }
    #expect(dh_execution_on_end_v1(execution, listener, context(ends)) == DH_OK)
    #expect(ends.with { $0 } == [execution, execution])
    #expect(dh_release_v1(execution) == DH_OK)
  }

  @Test("do not tell of their end once that was taken back")
  func takenBack() async throws {
    let engine = try Engine("sleeper")
    for round in 0..<50 {
      let told = Locked(false)
      let execution = try engine.execution("SLEEPER", #"{"seconds": 0.001}"#)
      let listener: dh_end_fn_v1 = { context, _ in
        object(context, Locked<Bool>.self).with { $0 = true }
      }
      _ = dh_execution_on_end_v1(execution, listener, context(told))
      _ = dh_execution_start_v1(execution)
      if round % 2 == 0 {
        _ = dh_execution_on_end_v1(execution, nil, nil)
      } else {
        _ = dh_release_v1(execution)
      }
      let before = told.with { $0 }
      if round % 2 == 0 {
        try await onThread { _ = dh_execution_wait_v1(execution, -1, nil, nil) }
        _ = dh_release_v1(execution)
      }
      #expect(told.with { $0 } == before)
    }
  }

  /// Two executions, each with a function that releases the other one.
  private final class Pair: Sendable {
    let handles = Locked<[dh_handle]>([])
    let inside = Locked(0)
    let released = Locked(0)
  }

  @Test(
    "may each be released by the function that hears of the other one's end",
    .timeLimit(.minutes(1))
  )
  func releasedByAnother() async throws {
    let engine = try Engine("sleeper")
    let pair = Pair()
    let listener: dh_end_fn_v1 = { context, execution in
      let pair = object(context, Pair.self)
      pair.inside.with { $0 += 1 }
      while pair.inside.with({ $0 }) < 2 { usleep(100) }
      for other in pair.handles.with({ $0 }) where other != execution {
        #expect(dh_release_v1(other) == DH_OK)
      }
      pair.released.with { $0 += 1 }
    }
    let made = try (0..<2).map { _ in try engine.execution("SLEEPER", #"{"seconds": 0.01}"#) }
    pair.handles.with { $0 = made }
    for execution in made {
      _ = dh_execution_on_end_v1(execution, listener, context(pair))
      _ = dh_execution_start_v1(execution)
    }
    try await eventually("both have released the other one") { pair.released.with { $0 } == 2 }
  }

  @Test("may be released by the function that hears of their end")
  func releasedInside() async throws {
    let engine = try Engine("echo")
    let status = Locked<dh_status>(1)
    let execution = try engine.execution("ECHO")
    _ = dh_execution_on_end_v1(
      execution,
      { context, execution in
        object(context, Locked<dh_status>.self).with { $0 = dh_release_v1(execution) }
      },
      context(status)
    )
    _ = dh_execution_start_v1(execution)
    try await eventually("it was released") { status.with { $0 } == DH_OK }
    #expect(dh_execution_status_v1(execution) == DH_GONE)
  }

  @Test("go on when nobody has their handle")
  func letGo() async throws {
    let engine = try Engine("echo")
    let execution = try engine.execution("ECHO", #"{"int": 77}"#)
    _ = dh_execution_start_v1(execution)
    _ = dh_release_v1(execution)
    try await eventually("it has ended") {
      try Engine.document { dh_host_executions_v1(engine.host, nil, $0, $1) }
        .contains(#""status":"ENDED_SUCCESS""#)
    }
  }

  @Test("end as cancelled where they are released before their start")
  func neverStarted() async throws {
    let engine = try Engine("echo")
    for _ in 0..<10 { _ = dh_release_v1(try engine.execution("ECHO")) }
    let records = Locked("")
    try await eventually("all have ended") {
      let text = try Engine.document { dh_host_executions_v1(engine.host, nil, $0, $1) }
      records.with { $0 = text }
      return text.components(separatedBy: #""status":"ENDED_CANCELLED""#).count == 11
    }
    #expect(records.with { !$0.contains("RUNNING") && !$0.contains("ENDED_SUCCESS") })
  }
}
