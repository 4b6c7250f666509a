import DriverABI
import Synchronization

/// A call's channels as its driver sees them.
extension CallSlot {
  /// What `on_ready` has registered for one channel.
  @safe
  struct ReadyFunction {
    var function: dh_fn_v1
    var context: UnsafeMutableRawPointer?
    var registration: UInt64
  }

  /// `wanted`: whether anything is connected and still listens.
  func isWanted(_ call: UInt64, _ channel: UInt32) -> Int32 {
    switch connected(call, channel) {
    case .status(let status): status == DH_UNWANTED ? 0 : status
    case .output(let channel, _, _): channel.isWanted ? 1 : 0
    case .input: 1
    }
  }

  /// `send`: one value down an output channel.
  func send(_ call: UInt64, _ channel: UInt32, _ value: dh_value_v1) -> Int32 {
    switch connected(call, channel) {
    case .status(let status):
      if status == DH_UNWANTED { noteUnwanted(call, channel) }
      return status
    case .input(_, let driver):
      driver.reportMisuse("CHAN-10", "`send` was called on the input channel \(channel)")
      return DH_INVALID
    case .output(let output, let driver, let loop):
      guard output.content == .values else {
        driver.reportMisuse(
          "CHAN-10",
          "`send` was called on the channel `\(output.name)`, which is of bytes"
        )
        return DH_INVALID
      }
      var reader = ValueReader()
      do {
        let value = unsafe try reader.read(value)
        let answer = output.send(
          output.masksSecrets ? value.masking(reader.secrets) : value,
          size: reader.size,
          mayWait: driver.traits.isBlocking,
          on: loop
        )
        if answer == .unwanted { noteUnwanted(call, channel) }
        return CallSlot.status(answer)
      } catch {
        driver.report(error, of: "a value for the channel `\(output.name)`")
        return DH_INVALID
      }
    }
  }

  /// `write`: bytes down an output channel.
  func write(_ call: UInt64, _ channel: UInt32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    switch connected(call, channel) {
    case .status(let status):
      if status == DH_UNWANTED { noteUnwanted(call, channel) }
      return status
    case .input(_, let driver):
      driver.reportMisuse("CHAN-10", "`write` was called on the input channel \(channel)")
      return DH_INVALID
    case .output(let output, let driver, let loop):
      guard output.content == .bytes else {
        driver.reportMisuse(
          "CHAN-10",
          "`write` was called on the channel `\(output.name)`, which is of values"
        )
        return DH_INVALID
      }
      guard unsafe bytes.count == 0 || bytes.baseAddress != nil else {
        driver.reportMisuse("CHAN-10", "`write` was given \(bytes.count) bytes and no address")
        return DH_INVALID
      }
      let answer = unsafe output.write(
        unsafe bytes,
        mayWait: driver.traits.isBlocking,
        on: loop
      )
      switch answer {
      case .taken: driver.counters.bytesWritten.add(bytes.count, ordering: .relaxed)
      case .unwanted: noteUnwanted(call, channel)
      case .full, .stopped, .gone: break
      }
      return CallSlot.status(answer)
    }
  }

  /// So many pieces may be on their way to a channel when its reader goes.
  private static let unwantedLimit = 64

  /// Notes that a driver sent what nobody wants, and says so when it does not leave off.
  private func noteUnwanted(_ call: UInt64, _ channel: UInt32) {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver else { return }
    let count = (unwantedPieces[channel] ?? 0) + 1
    unwantedPieces[channel] = count
    if count == CallSlot.unwantedLimit {
      driver.reportMisuse(
        "CHAN-5",
        "it goes on with the channel \(channel) after \(count) answers that nobody reads it (`DH_UNWANTED`)"
      )
    }
  }

  /// `read`: bytes from an input channel.
  func read(_ call: UInt64, _ channel: UInt32, _ buffer: UnsafeMutableRawBufferPointer) -> Int64 {
    switch connected(call, channel) {
    case .status(let status): return Int64(status)
    case .output(_, let driver, _):
      driver.reportMisuse("CHAN-10", "`read` was called on the output channel \(channel)")
      return Int64(DH_INVALID)
    case .input(let input, let driver):
      guard buffer.count > 0 else {
        driver.reportMisuse("CHAN-10", "`read` was given no room, which looks like the end")
        return Int64(DH_INVALID)
      }
      guard unsafe buffer.baseAddress != nil else {
        driver.reportMisuse("MEM-4", "the buffer of `read` is NULL")
        return Int64(DH_INVALID)
      }
      switch unsafe input.read(into: unsafe buffer, mayWait: driver.traits.isBlocking) {
      case .bytes(let count):
        driver.counters.bytesRead.add(count, ordering: .relaxed)
        return Int64(count)
      case .end: return 0
      case .empty: return Int64(DH_AGAIN)
      case .stopped: return Int64(DH_STOPPED)
      case .gone: return Int64(DH_GONE)
      case .failed(let error):
        overrule(call, error)
        return Int64(DH_STOPPED)
      }
    }
  }

  /// `length`: how many bytes an input channel has.
  func length(_ call: UInt64, _ channel: UInt32) -> Int64 {
    switch connected(call, channel) {
    case .status(let status): return Int64(status)
    case .output(_, let driver, _):
      driver.reportMisuse("CHAN-10", "`length` was called on the output channel \(channel)")
      return Int64(DH_INVALID)
    case .input(let input, _): return input.length ?? Int64(DH_UNABLE)
    }
  }

  /// `seek`: where the next `read` of an input channel begins.
  func seek(_ call: UInt64, _ channel: UInt32, _ offset: Int64) -> Int32 {
    switch connected(call, channel) {
    case .status(let status): return status
    case .output(_, let driver, _):
      driver.reportMisuse("CHAN-10", "`seek` was called on the output channel \(channel)")
      return DH_INVALID
    case .input(let input, let driver):
      guard offset >= 0, offset <= input.length ?? .max else {
        driver.reportMisuse(
          "CHAN-10",
          "`seek` was given the offset \(offset) in the channel `\(input.name)`\(input.length.map { " of \($0) bytes" } ?? "")"
        )
        return DH_INVALID
      }
      return input.seek(to: offset) ? DH_OK : DH_UNABLE
    }
  }

  /// `on_ready`: a function for when a channel has room or bytes.
  func setReadyFunction(
    _ call: UInt64,
    _ channel: UInt32,
    _ function: dh_fn_v1?,
    _ context: UnsafeMutableRawPointer?
  ) -> Int32 {
    let connected = connected(call, channel)
    let driver: DriverRuntime
    switch connected {
    case .status(let status): return status
    case .output(_, let owner, _), .input(_, let owner): driver = owner
    }
    monitor.lock()
    guard isLive(call), let loop, loop.loop.isCurrent else {
      monitor.unlock()
      driver.reportMisuse("LOOP-2", "`on_ready` is for a non-blocking driver, on its loop")
      return DH_REFUSED
    }
    lastReadyRegistration += 1
    let registration = lastReadyRegistration
    readyFunctions[channel] = unsafe function.map { function in
      unsafe ReadyFunction(function: function, context: context, registration: registration)
    }
    monitor.unlock()
    let callback: (() -> Void)? =
      unsafe function == nil
      ? nil : { [self] in postReady(call, channel, registration, loop) }
    let isReady =
      switch connected {
      case .output(let output, _, _): output.whenRoom(callback)
      case .input(let input, _): input.whenBytes(callback)
      case .status: false
      }
    if isReady { callback?() }
    return DH_OK
  }

  /// Ends the call with an error of the host's own, whatever its driver makes of the stop.
  func overrule(_ call: UInt64, _ error: HostError) {
    monitor.lock()
    guard isLive(call) else {
      // Its driver has ended it: the channel itself says what became of its output.
      monitor.unlock()
      return
    }
    if overrulingError == nil { overrulingError = error }
    monitor.unlock()
    askToStop(call, .cancelled)
  }

  private func postReady(
    _ call: UInt64,
    _ channel: UInt32,
    _ registration: UInt64,
    _ loop: DriverLoop
  ) {
    loop.loop.post { [self] in
      monitor.lock()
      guard isLive(call), let ready = readyFunctions[channel],
        ready.registration == registration
      else {
        monitor.unlock()
        return
      }
      readyFunctions[channel] = nil
      monitor.unlock()
      loop.measured("a channel's callback") { unsafe ready.function(ready.context) }
    }
  }

  private enum Connected {
    /// With the call's loop, if the caller is on it.
    case output(OutputChannel, DriverRuntime, EventLoop?)
    case input(InputChannel, DriverRuntime)
    case status(Int32)
  }

  private func connected(_ call: UInt64, _ channel: UInt32) -> Connected {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver, let request else { return .status(DH_GONE) }
    guard channel < UInt32(request.value.channelCount) else {
      driver.reportMisuse(
        "CHAN-10",
        "the action `\(request.value.action)` has \(request.value.channelCount) channels, and \(channel) was used"
      )
      return .status(DH_INVALID)
    }
    guard Int(channel) < request.value.channels.count else { return .status(DH_UNWANTED) }
    switch request.value.channels[Int(channel)] {
    case .output(let output):
      let loop = loop?.loop
      return .output(output, driver, loop?.isCurrent == true ? loop : nil)
    case .input(let input): return .input(input, driver)
    case nil: return .status(DH_UNWANTED)
    }
  }

  private static func status(_ answer: OutputChannel.Answer) -> Int32 {
    switch answer {
    case .taken: DH_OK
    case .full: DH_AGAIN
    case .unwanted: DH_UNWANTED
    case .stopped: DH_STOPPED
    case .gone: DH_GONE
    }
  }
}

extension CallChannel {
  /// Wakes a driver that waits in the channel, because its call is to stop.
  func stop() {
    switch self {
    case .output(let channel): channel.stop()
    case .input(let channel): channel.stop()
    }
  }

  /// Wakes a driver that waits in the channel, because it has ended its call.
  func driverIsDone() {
    switch self {
    case .output(let channel): channel.driverIsDone()
    case .input(let channel): channel.finish()
    }
  }

  /// Brings what is queued to its end, unless the call failed, and closes; `settled` hears what went wrong
  /// there.
  func finish(_ failure: HostError?, settled: @escaping @Sendable (HostError?) -> Void) {
    switch self {
    case .output(let channel):
      channel.finish(failure.map { .failure($0) } ?? .success(()), settled: settled)
    case .input(let channel):
      channel.finish()
      settled(nil)
    }
  }

  /// Closes without waiting for whoever is inside: the call was given up.
  func abandon() {
    switch self {
    case .output(let channel): channel.abandon()
    case .input(let channel): channel.finish()
    }
  }
}
