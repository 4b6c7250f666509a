import DriverABI

/// What a call's driver puts out.
extension CallSlot {
  /// `output`: sets an output, replacing an earlier one of that name.
  func setOutput(_ call: UInt64, _ name: dh_text_v1, _ value: dh_value_v1) -> Int32 {
    // Read before the lock is taken: a tree may be large.
    let output: (name: String, reader: ValueReader, value: Value)
    do throws(ValueReader.Refusal) {
      var reader = ValueReader()
      let read = unsafe try reader.read(value)
      output = (unsafe try CallSlot.outputName(name), reader, read)
    } catch {
      return unsafe refuse(call, name, error)
    }
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver else { return DH_GONE }
    guard outputs.set(output.name, output.value, output.reader, limit: driver.outputLimit) else {
      overrulingError = HostError(
        .tooLarge,
        stage: .call,
        "the outputs are larger than the limit of \(driver.outputLimit) bytes at `\(output.name)`: ask for less, send the result to a file, or raise the limit"
      )
      return DH_LIMIT
    }
    return DH_OK
  }

  private static func outputName(_ text: dh_text_v1) throws(ValueReader.Refusal) -> String {
    guard let name = unsafe ValueReader.text(text), !name.isEmpty else {
      throw ValueReader.Refusal(
        problem: "must have a name that is UTF-8 and not empty",
        rule: "VAL-9"
      )
    }
    return name
  }

  private func refuse(_ call: UInt64, _ name: dh_text_v1, _ refusal: ValueReader.Refusal) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver else { return DH_GONE }
    let name = unsafe ValueReader.text(name) ?? ""
    driver.report(refusal, of: name.isEmpty ? "an output" : "the output `\(name)`")
    return DH_INVALID
  }

  /// `opened`: takes the session that `open` has made.
  func setSession(_ call: UInt64, _ session: UnsafeMutableRawPointer) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver, let request else { return DH_GONE }
    guard request.value.action == "open", openedSession == nil else {
      driver.reportMisuse(
        "SESS-7",
        "`opened` was called in the action `\(request.value.action)`, or twice"
      )
      return DH_REFUSED
    }
    guard unsafe ABIReading.isGiven(session) else {
      driver.reportMisuse("MEM-4", "the session that `opened` was given is NULL")
      return DH_INVALID
    }
    openedSession = unsafe SessionHandle(address: session)
    return DH_OK
  }

  /// `log`: a line for the host's log.
  func log(_ call: UInt64, _ level: UInt32, _ text: dh_text_v1) {
    let level = LogLevel(number: level)
    monitor.lock()
    if let probing = driver?.probing { unsafe probing.note(text, in: "a line of its log") }
    guard isLive(call), let driver, let request, driver.isLogged(level) else {
      monitor.unlock()
      return
    }
    let redactor = self.redactor
    monitor.unlock()
    let plain = unsafe ValueReader.repairedText(text)
    driver.log(level, redactor?.masking(plain) ?? plain, execution: request.value.execution)
  }

  /// `progress`: how far the call is.
  func progress(_ call: UInt64, _ done: UInt64, _ total: UInt64, _ text: dh_text_v1) {
    monitor.lock()
    let listener = isLive(call) ? request?.value.onProgress : nil
    if let probing = driver?.probing { unsafe probing.note(text, in: "its progress") }
    let redactor = self.redactor
    monitor.unlock()
    guard let listener else { return }
    let plain = unsafe ValueReader.repairedText(text)
    listener(
      Progress(
        done: done,
        total: total == 0 ? nil : total,
        text: redactor?.masking(plain) ?? plain
      )
    )
  }
}
