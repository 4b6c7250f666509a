internal import DriverKit

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
  /// Is told of each piece of output.
  private let heard: () -> Void
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
    heard: @escaping () -> Void
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
    if !isPreambleSent {
      guard !prepared.waitsForReady || isReady || isRunning else { return [] }
      isPreambleSent = true
      if !prepared.preamble.isEmpty { return prepared.preamble }
    }
    let isUsersTurn =
      !(prepared.waitsForRunning || prepared.waitsForReady && prepared.preamble.isEmpty)
      || isRunning
    guard isUsersTurn else { return [] }
    guard let bytes = try source.next() else {
      guard inputs.hasTerminal else { return nil }
      // A terminal has no other end: that of the channel would hang it up.
      defer { isEndWritten = true }
      return isEndWritten ? [] : [0x04]
    }
    return bytes
  }

  private var isEndWritten = false

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
    heard()
    var users: [UInt8] = []
    for mark in scanners[Int(stream.rawValue)].scan(bytes, into: &users) { react(to: mark) }
    return try keep(users, stream)
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
        isPasswordWrong = true
        // An empty line: sudo gives up in its time.
        urgent += [0x0A]
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
    report.append(bytes[...], from: stream == .output ? .stdout : .stderr)
    if stream == .output { stdout.append(bytes[...]) } else { stderr.append(bytes[...]) }
    let channel = stream == .output ? RunInputs.Channel.stdout : RunInputs.Channel.stderr
    guard inputs.hasOutputChannels, call.isWanted(channel) else { return true }
    if try call.write(bytes, to: channel) != .again { return true }
    (held, heldChannel) = (bytes, channel)
    return false
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
      body()
    }
  }

  /// What was put out, once the program has ended.
  func result(_ end: Program.End, duration: Double) throws(DriverError) -> RunResult {
    for (index, stream) in [SSHChannel.Stream.output, .errors].enumerated() {
      var rest: [UInt8] = []
      scanners[index].finish(into: &rest)
      _ = try keep(rest, stream)
    }
    _ = report.finish()
    return RunResult(
      end: end,
      stdout: text(stdout),
      stderr: text(stderr),
      report: report.text(),
      duration: duration,
      received: received,
      isOurs: process != nil || isRunning
    )
  }

  private func text(_ collector: OutputCollector) -> TextEncodingTable.Output {
    let output = inputs.encoding.output(collector.bytes(isText: inputs.encoding != .binary))
    guard case .text(let text) = output else { return output }
    return .text(String(decoding: inputs.filters.applied(to: Array(text.utf8)), as: UTF8.self))
  }
}
