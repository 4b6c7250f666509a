internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// How files are transferred, beyond what all protocols share.
struct FTPTransferOptions {
  /// Whether a file is written under a temporary name, which it changes when it is whole.
  var isAtomic = true
  /// How old a temporary name of ours must be to be removed, in seconds; nil: none is.
  var leftoverAge: Int64?
  /// How many bytes pass in a second, over all files of the call; nil: as many as can.
  var bandwidth: Int?
  private var throttle: Throttle?

  init() {}

  /// Reads the inputs.
  init(_ call: Call) throws(DriverError) {
    isAtomic = try call.inputs["atomic"]?.bool() ?? true
    let age =
      try call.inputs["remove_leftovers_after"]?.int(in: 0...31_536_000)
      ?? FTPTransferOptions.usualAge
    leftoverAge = age == 0 ? nil : Int64(age)
    bandwidth = try call.inputs["max_bandwidth"]?.int(in: 1...Int.max)
  }

  /// A day.
  private static let usualAge = 86_400

  /// Makes sure that nothing is asked for that is not done here: files of this machine are always written under another
  /// name first, and what was left is looked for on the server only.
  ///
  /// - Throws: What is asked for.
  func checkForPull() throws(DriverError) {
    if !isAtomic {
      throw DriverError(
        .unsupported,
        "files of this machine are always written under a temporary name: leave atomic out, or set direction to push",
        pointer: "/atomic"
      )
    }
    guard leftoverAge != Int64(FTPTransferOptions.usualAge) else { return }
    throw DriverError(
      .unsupported,
      "temporary names are looked for on the server only: leave remove_leftovers_after out, or set direction to push",
      pointer: "/remove_leftovers_after"
    )
  }

  /// The same, with the limit as all files of the call share it.
  func ready(_ loop: Loop) -> FTPTransferOptions {
    var options = self
    options.throttle = bandwidth.map { Throttle(bytesPerSecond: $0, loop) }
    return options
  }

  /// A sink that takes no more than the limit allows.
  func limited(_ sink: any ByteSink, _ loop: Loop) -> any ByteSink {
    throttle.map { LimitedSink(sink, $0) } ?? sink
  }

  /// A source that gives no more than the limit allows.
  func limited(_ source: any ByteSource, _ loop: Loop) -> any ByteSource {
    throttle.map { LimitedSource(source, $0) } ?? source
  }
}
