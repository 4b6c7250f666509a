public import CDriverHost
public import DriverABI
import DriverHost

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The id of an execution.
@c @implementation
public func dh_execution_id_v1(
  _ execution: dh_handle,
  _ text: UnsafeMutablePointer<dh_text_v1>
) -> dh_status {
  Engine.answer { () throws(Refusal) in
    unsafe try Engine.check(text, "the place for the id")
    guard let id = unsafe try HandleTable.shared.work(execution).idText else {
      throw Refusal(argument: "a fan-out has no id")
    }
    unsafe text.pointee = unsafe id
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Starts an execution.
@c @implementation
public func dh_execution_start_v1(_ execution: dh_handle) -> dh_status {
  Engine.answer { () throws(Refusal) in
    try HandleTable.shared.work(execution).start()
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Where an execution is on its way.
@c @implementation
public func dh_execution_status_v1(_ execution: dh_handle) -> dh_status {
  Engine.answer { () throws(Refusal) in try HandleTable.shared.work(execution).status }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Asks an execution to stop.
@c @implementation
public func dh_execution_cancel_v1(_ execution: dh_handle) -> dh_status {
  Engine.answer { () throws(Refusal) in
    try HandleTable.shared.work(execution).cancel()
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Waits for the end of an execution.
@c @implementation
public func dh_execution_wait_v1(
  _ execution: dh_handle,
  _ timeout: Int64,
  _ result: UnsafeMutablePointer<dh_handle>?,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    let work = try HandleTable.shared.work(execution)
    guard let end = work.wait(timeout) else { return Status.again }
    if let place = unsafe end.isFailure ? error : result {
      unsafe place.pointee = HandleTable.shared.add(.answer(end.answer))
    }
    return end.isFailure ? Status.failed : Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Hears of the end of an execution.
@c @implementation
public func dh_execution_on_end_v1(
  _ execution: dh_handle,
  _ fn: dh_end_fn_v1?,
  _ context: UnsafeMutableRawPointer?
) -> dh_status {
  Engine.answer { () throws(Refusal) in
    let work = try HandleTable.shared.work(execution)
    guard let callback = unsafe Callback(fn, context, CallGate()) else {
      work.onEnd(nil)
      return Status.ok
    }
    work.onEnd { unsafe callback.run { function, context in unsafe function(context, execution) } }
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The next rows of an execution.
@c @implementation
public func dh_execution_rows_v1(
  _ execution: dh_handle,
  _ timeout: Int64,
  _ name: UnsafeMutablePointer<dh_text_v1>?,
  _ stream: UnsafeMutablePointer<ArrowArrayStream>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(stream, "the place for the stream")
    let work = try HandleTable.shared.work(execution)
    guard let rows = work.rows else {
      throw Refusal(argument: "the execution was made without DH_CALL_STREAMS_ROWS")
    }
    switch work.nextRows(of: rows, timeout) {
    case .ended: return Status.ok
    case .timedOut: return Status.again
    case .rows(let next):
      unsafe name?.pointee = unsafe work.keep(next.name)
      unsafe next.move(to: stream)
      return 1
    }
  }
}
