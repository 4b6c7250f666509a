// A driver in Swift without DriverKit that was written against revision 1 of driver_abi.h, which it imports by the
// module map beside it. It never changes: see ../README.md.
public import FrozenABI

/// The tables that the host is given have to stay where they are.
nonisolated(unsafe) private let driver: UnsafeMutablePointer<dh_driver_v1> = {
  let table = UnsafeMutablePointer<dh_driver_v1>.allocate(capacity: 1)
  table.initialize(to: dh_driver_v1(create: create, destroy: { _ in }, start: start))
  return table
}()

/// The one symbol that the driver exports.
@c @implementation
public func dh_driver_entry_v1(
  _ host: UnsafePointer<dh_host_v1>,
  _ id: UnsafePointer<CChar>
) -> UnsafeRawPointer? {
  String(cString: id) == DH_DRIVER_V1 ? UnsafeRawPointer(driver) : nil
}

private let create:
  @convention(c) (
    UnsafePointer<dh_host_v1>, OpaquePointer?,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>, dh_report_v1
  ) -> dh_status = { host, _, instance, _ in
    instance.pointee = UnsafeMutableRawPointer(mutating: host)
    return DH_OK
  }

private let start: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dh_request_v1>) -> Void =
  {
    instance,
    request in
    let request = request.pointee
    if dh_text_is(request.action, "values") != 0 {
      values(request)
    } else if dh_text_is(request.action, "fail") != 0 {
      fail(request)
    } else if dh_text_is(request.action, "copy") != 0 {
      copy(request.call)
    } else if dh_text_is(request.action, "wait") != 0 {
      wait(request)
    } else {
      _ = dh_fail(request.call, DH_ERROR_UNSUPPORTED, "the driver does not know this action")
    }
  }

/// Sets an output whose name is one of the program's constants.
private func put(_ call: dh_call_v1, _ name: StaticString, _ value: dh_value_v1) {
  var value = value
  let start = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  let text = dh_text_v1(ptr: start, len: name.utf8CodeUnitCount)
  _ = call.fn.pointee.output(call, text, &value)
}

/// The inputs as they are, one by one, and what Swift makes of them.
private func values(_ request: dh_request_v1) {
  let inputs = request.inputs.pointee
  for index in 0..<inputs.count {
    guard let member = inputs.`as`.members.map({ $0 + index }) else { continue }
    var value = member.pointee.value
    _ = request.call.fn.pointee.output(request.call, member.pointee.name, &value)
  }
  let text = dh_text_of(request.inputs, "string")
  let bytes = UnsafeRawBufferPointer(start: text.ptr, count: text.len)
  let reversed = String(String(decoding: bytes, as: UTF8.self).reversed())
  reversed.withCString { put(request.call, "reversed", dh_cstring($0)) }
  put(request.call, "doubled", dh_int(2 * dh_int_of(request.inputs, "integer", 0)))
  put(request.call, "halved", dh_double(dh_double_of(request.inputs, "number", 0) / 2))
  _ = dh_succeed(request.call)
}

private func fail(_ request: dh_request_v1) {
  var error = dh_error(DH_ERROR_REMOTE_FAILURE, "it went wrong")
  error.flags = DH_RETRYABLE
  error.status = 503
  error.retry_after_ms = 1500
  error.vendor_code = -7
  error.vendor_state = dh_text_v1(ptr: nil, len: 0)
  _ = request.call.fn.pointee.done(request.call, &error)
}

private func copy(_ call: dh_call_v1) {
  let functions = call.fn.pointee
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  guard let start = buffer.baseAddress else { return }
  var total: Int64 = 0
  while true {
    let count = functions.read(call, 0, start, buffer.count)
    guard count > 0, functions.write(call, 1, start, Int(count)) == DH_OK else { break }
    total += count
  }
  put(call, "bytes", dh_int(total))
  _ = dh_succeed(call)
}

/// Looks at `stopped` so many times, or until it says so.
private func wait(_ request: dh_request_v1) {
  let call = request.call
  let stopped = call.fn.pointee.stopped
  for _ in 0..<dh_int_of(request.inputs, "times", 0) where stopped(call) > 0 {
    _ = dh_fail(call, DH_ERROR_CANCELLED, "stopped as asked")
    return
  }
  _ = dh_succeed(call)
}
