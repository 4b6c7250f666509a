internal import DriverKit
internal import TransferKit

/// What a prepared command is given and what it puts out: our marks are taken out, and answered.
///
/// On the loop.
final class RunFlow: Program.Input, Program.Output {
  /// The run's process, once it has told.
  private(set) var process: RemoteProcess?
  /// What our part of the command could not do.
  private(set) var fault: RemoteFault?
  /// Whether what was asked for has begun to run.
  private(set) var isRunning = false
  /// Whether sudo has asked once more: the password is wrong.
  private(set) var isPasswordWrong = false
  private(set) var received = OutputVariables.Received()

  private let prepared: PreparedCommand
  private let inputs: RunInputs
  private let call: Call
  private let loop: Loop
  /// Is told of each piece of output, and when there can be none for a while since a reader is slow.
  private let heard: (_ isHeld: Bool) -> Void
  private let source: CallInput
  private var scanners: [MarkScanner]
  private var stdout: OutputCollector
  private var stderr: OutputCollector
  private var report: ReportMerger

  // What is to be written now, in front of all else.
  private var urgent: [UInt8] = []
  private var isPreambleSent = false
  private var isReady = false
  private var isPasswordSent = false
  private var more: (() -> Void)?

  // What a slow reader of a channel has not taken.
  private var held: [UInt8] = []
  private var heldChannel = 0

  init(
    _ prepared: PreparedCommand,
    _ token: RunToken,
    _ inputs: RunInputs,
    _ call: Call,
    _ loop: Loop,
    heard: @escaping (_ isHeld: Bool) -> Void
  ) {
    self.prepared = prepared
    self.inputs = inputs
    self.call = call
    self.loop = loop
    self.heard = heard
    source = CallInput(
      inputs.stdin,
      call,
      channel: inputs.hasChannel ? RunInputs.Channel.stdin : nil,
      loop
    )
    scanners = [MarkScanner(token), MarkScanner(token)]
    (stdout, stderr) = (OutputCollector(limit: inputs.limit), OutputCollector(limit: inputs.limit))
    report = ReportMerger(limit: inputs.limit, encoding: inputs.encoding, filters: inputs.filters)
  }

  // MARK: - Input

  func next() throws(DriverError) -> [UInt8]? {
    if !urgent.isEmpty {
      defer { urgent = [] }
      return urgent
    }
    if isPasswordWrong { return inputEnd() }
    if !isPreambleSent {
      guard !prepared.waitsForReady || isReady || isRunning else { return [] }
      isPreambleSent = true
      if !prepared.preamble.isEmpty { return prepared.preamble }
    }
    let isUsersTurn =
      !(prepared.waitsForRunning || prepared.waitsForReady && prepared.preamble.isEmpty)
      || isRunning
    guard isUsersTurn else { return [] }
    guard let bytes = try source.next() else { return inputEnd() }
    if let last = bytes.last { isLineOpen = last != 0x0A }
    return bytes
  }

  /// What says that no more comes; nil: that the channel's input has ended.
  private func inputEnd() -> [UInt8]? {
    guard inputs.hasTerminal else { return nil }
    // A terminal has no other end: that of the channel would hang it up. Behind a line without an end the first one
    // only hands that over.
    defer { isEndWritten = true }
    return isEndWritten ? [] : isLineOpen ? [0x04, 0x04] : [0x04]
  }

  private var isEndWritten = false
  private var isLineOpen = false

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    more = body
    if !isEndWritten, isRunning || !prepared.waitsForReady && !prepared.waitsForRunning {
      try source.whenMore { [weak self] in self?.wakeInput() }
    }
  }

  private func wakeInput() {
    let body = more
    more = nil
    body?()
  }

  // MARK: - Output

  func take(_ bytes: ArraySlice<UInt8>, _ stream: SSHChannel.Stream) throws(DriverError) -> Bool {
    heard(false)
    var users: [UInt8] = []
    for mark in scanners[Int(stream.rawValue)].scan(bytes, into: &users) { react(to: mark) }
    let hasRoom = try keep(users, stream)
    if !hasRoom { heard(true) }
    return hasRoom
  }

  private func react(to mark: RemoteMark) {
    switch mark {
    case .process(let process):
      if self.process == nil { self.process = process }
    case .ready: isReady = true
    case .running: isRunning = true
    case .passwordPrompt:
      guard !isRunning else { return }
      if isPasswordSent {
        // Its input ends then: another try, with whatever it is, would count against the user.
        isPasswordWrong = true
      } else {
        isPasswordSent = true
        urgent += Array((inputs.sudoPassword ?? "").utf8) + [0x0A]
      }
    case .fault(let fault): if !isRunning { self.fault = fault }
    case .values, .file: received.add(mark)
    case .killed: break
    }
    wakeInput()
  }

  /// Keeps what is the user's, and hands it to who reads along; false: a reader is slow.
  private func keep(
    _ bytes: [UInt8],
    _ stream: SSHChannel.Stream
  ) throws(DriverError) -> Bool {
    guard !bytes.isEmpty else { return true }
    record(bytes, stream)
    let channel = stream == .output ? RunInputs.Channel.stdout : RunInputs.Channel.stderr
    guard inputs.hasOutputChannels, call.isWanted(channel) else { return true }
    if try call.write(bytes, to: channel) != .again { return true }
    (held, heldChannel) = (bytes, channel)
    return false
  }

  private func record(_ bytes: [UInt8], _ stream: SSHChannel.Stream) {
    guard !bytes.isEmpty else { return }
    report.append(bytes[...], from: stream == .output ? .stdout : .stderr)
    if stream == .output { stdout.append(bytes[...]) } else { stderr.append(bytes[...]) }
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    try call.onReady(heldChannel, on: loop) { [weak self] in
      guard let self else { return }
      do throws(DriverError) {
        if try call.write(held, to: heldChannel) == .again {
          try whenRoom(body)
          return
        }
      } catch {
        // The call is to stop, and its scope says so.
      }
      held = []
      heard(false)
      body()
    }
  }

  /// The last line of all that was put out; empty: there is none.
  var lastLine: String { RunResult.lastLine(report.text()) }

  /// What was put out, once the program has ended.
  ///
  /// - Parameters:
  ///   - end: How it ended.
  ///   - duration: How long it took, in seconds.
  ///   - stop: Why it was ended; nil: it ended by itself.
  /// - Throws: Why the rest cannot be handed over, where it ended by itself.
  /// - Returns: What came of it.
  func result(
    _ end: Program.End,
    duration: Double,
    stop: DriverError? = nil
  ) throws(DriverError) -> RunResult {
    for (index, stream) in [SSHChannel.Stream.output, .errors].enumerated() {
      var rest: [UInt8] = []
      scanners[index].finish(into: &rest)
      if stop == nil { _ = try keep(rest, stream) } else { record(rest, stream) }
    }
    _ = report.finish()
    return RunResult(
      end: end,
      stdout: text(stdout),
      stderr: text(stderr),
      report: report.text(),
      duration: duration,
      received: received,
      isOurs: process != nil || isRunning,
      stop: stop
    )
  }

  private func text(_ collector: OutputCollector) -> TextEncodingTable.Output {
    let encoding = inputs.encoding
    guard collector.isCut, encoding != .binary else {
      return filtered(encoding.output(collector.bytes(isText: false)))
    }
    // The line in between is ours, and not in the program's encoding.
    let cut = collector.cut(isUTF8: encoding == .utf8)
    guard case .text(let head) = encoding.output(cut.head),
      case .text(let tail) = encoding.output(cut.tail)
    else { return .bytes(collector.bytes(isText: false)) }
    return filtered(.text(head + cut.line + tail))
  }

  private func filtered(_ output: TextEncodingTable.Output) -> TextEncodingTable.Output {
    guard case .text(let text) = output else { return output }
    return .text(String(decoding: inputs.filters.applied(to: Array(text.utf8)), as: UTF8.self))
  }
}
