import DriverABI

/// The functions of a call as a driver sees them: each finds the call's slot and answers DH_GONE where
/// the call is over.
enum CallFunctions {
  static let table = unsafe dh_calls_v1(
    stopped: { call in
      unsafe CallTable.shared.slot(of: call.id)?.stopStatus(call.id) ?? DH_GONE
    },
    stop_fd: { call in
      unsafe CallTable.shared.slot(of: call.id)?.descriptorForStop(call.id) ?? DH_GONE
    },
    on_stop: { call, function, context in
      unsafe CallTable.shared.slot(of: call.id)?.setStopFunction(call.id, function, context)
        ?? DH_GONE
    },
    log: { call, level, text in
      unsafe CallTable.shared.slot(of: call.id)?.log(call.id, level, text)
    },
    progress: { call, done, total, text in
      unsafe CallTable.shared.slot(of: call.id)?.progress(call.id, done, total, text)
    },
    output: { call, name, value in
      guard unsafe isGiven(value, call, "the value of `output`") else { return DH_INVALID }
      let status =
        unsafe CallTable.shared.slot(of: call.id)?.setOutput(call.id, name, value.pointee)
        ?? DH_GONE
      return unsafe reported(status, call, "`output`")
    },
    send: { call, channel, value in
      guard unsafe isGiven(value, call, "the value of `send`") else { return DH_INVALID }
      return unsafe reported(
        CallTable.shared.slot(of: call.id)?.send(call.id, channel, value.pointee) ?? DH_GONE,
        call,
        "`send`"
      )
    },
    wanted: { call, channel in
      unsafe CallTable.shared.slot(of: call.id)?.isWanted(call.id, channel) ?? DH_GONE
    },
    write: { call, channel, bytes, count in
      guard unsafe isSize(count, call, "`write`") else { return DH_INVALID }
      return unsafe reported(
        CallTable.shared.slot(of: call.id)?.write(
          call.id,
          channel,
          UnsafeRawBufferPointer(start: bytes, count: count)
        ) ?? DH_GONE,
        call,
        "`write`"
      )
    },
    read: { call, channel, buffer, capacity in
      guard unsafe isSize(capacity, call, "`read`") else { return Int64(DH_INVALID) }
      return unsafe CallTable.shared.slot(of: call.id)?.read(
        call.id,
        channel,
        UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
      )
        ?? Int64(DH_GONE)
    },
    length: { call, channel in
      unsafe CallTable.shared.slot(of: call.id)?.length(call.id, channel) ?? Int64(DH_GONE)
    },
    seek: { call, channel, offset in
      unsafe CallTable.shared.slot(of: call.id)?.seek(call.id, channel, offset) ?? DH_GONE
    },
    on_ready: { call, channel, function, context in
      unsafe CallTable.shared.slot(of: call.id)?.setReadyFunction(
        call.id,
        channel,
        function,
        context
      ) ?? DH_GONE
    },
    rows: { call, name, stream in
      guard unsafe isGiven(stream, call, "the stream of `rows`") else { return DH_INVALID }
      return unsafe reported(
        CallTable.shared.slot(of: call.id)?.takeRows(call.id, name, stream) ?? DH_GONE,
        call,
        "`rows`"
      )
    },
    opened: { call, session in
      unsafe CallTable.shared.slot(of: call.id)?.setSession(call.id, session) ?? DH_GONE
    },
    done: { call, error in
      unsafe CallTable.shared.slot(of: call.id)?.checkTable(call.id, call.fn)
      switch unsafe CallTable.shared.slot(of: call.id)?.done(call.id, error?.pointee) ?? .gone {
      case .ended: return DH_OK
      case .late: return DH_GONE
      case .gone: return unsafe reported(DH_GONE, call, "`done`")
      }
    }
  )

  /// Whether a pointer that must not be NULL is none; notes it if it is.
  private static func isGiven(
    _ pointer: UnsafeRawPointer,
    _ call: dh_call_v1,
    _ what: String
  ) -> Bool {
    if unsafe ABIReading.isGiven(pointer) { return true }
    unsafe DriverTables.driver(of: call.fn)?.reportMisuse("MEM-4", "\(what) is NULL")
    return false
  }

  /// Whether a size is one that there can be; says so if not.
  private static func isSize(_ size: Int, _ call: dh_call_v1, _ what: String) -> Bool {
    if size >= 0 { return true }
    unsafe DriverTables.driver(of: call.fn)?.reportMisuse(
      "CHAN-10",
      "\(what) was given a size of \(UInt(bitPattern: size)), which is 2^63 or more"
    )
    return false
  }

  /// Notes that a driver goes on with a call that it has ended.
  ///
  /// Not for `stopped` and its like, which are how it finds out, nor for a call that was given up,
  /// of which it need not know.
  private static func reported(_ status: Int32, _ call: dh_call_v1, _ what: String) -> Int32 {
    if status == DH_GONE, unsafe CallTable.shared.slot(of: call.id)?.isAbandoned(call.id) != true {
      unsafe DriverTables.driver(of: call.fn)?.reportMisuse(
        what == "`done`" ? "CALL-1" : "CALL-12",
        "\(what) was called after the call's `done`"
      )
    }
    return status
  }
}
