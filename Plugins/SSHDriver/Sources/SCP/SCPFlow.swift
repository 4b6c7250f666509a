internal import DriverKit
internal import FileKit
internal import TransferKit

/// Input and output of a program: those of an exchange, or its whole output in the memory; and what it says as errors.
///
/// On the loop.
final class SCPFlow: Program.Input, Program.Output {
  /// How much a listing may have, in bytes.
  private static let mostOutput = 64 << 20
  private static let mostErrors = 4096

  /// The whole output, where there is no exchange.
  private(set) var output: [UInt8] = []
  private var errors: [UInt8] = []
  private let exchange: (any SCPExchange)?
  private let silence: Silence
  private var isPaused = false

  init(_ exchange: (any SCPExchange)?, _ silence: Silence) {
    self.exchange = exchange
    self.silence = silence
  }

  /// The last line of what was said as errors, without control characters.
  var said: String {
    let line = errors.split(separator: 0x0A).last { !$0.isEmpty } ?? []
    return line.isEmpty ? "" : NameText(Array(line.suffix(300))).description
  }

  func next() throws(DriverError) -> [UInt8]? {
    heard()
    defer { look() }
    return try exchange?.next()
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { try exchange?.whenMore(body) }

  func take(_ bytes: ArraySlice<UInt8>, _ stream: SSHChannel.Stream) throws(DriverError) -> Bool {
    heard()
    defer { look() }
    guard stream == .output else {
      errors += bytes
      // What was said last tells most.
      errors.removeFirst(max(errors.count - SCPFlow.mostErrors, 0))
      return true
    }
    if let exchange { return try exchange.take(bytes) }
    guard output.count + bytes.count <= SCPFlow.mostOutput else {
      throw DriverError(.tooLarge, "the directory has too many names to be listed by a command")
    }
    output += bytes
    return true
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    try exchange?.whenRoom { [weak self] in
      // From now on it is the server's turn again.
      self?.heard()
      body()
    }
  }

  /// Says that it has ended, whatever was waited for.
  func finish() { resume() }

  private func heard() {
    resume()
    silence.heard()
  }

  /// While this side is slow, nothing is expected of the server.
  private func look() {
    guard !isPaused, exchange?.isHeld == true else { return }
    isPaused = true
    silence.end()
  }

  private func resume() {
    guard isPaused else { return }
    isPaused = false
    silence.begin()
  }
}
