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
  /// Whether sizes are asked for once more, since those that are known are a listing's.
  var looksAgain = false

  init() {}

  /// Reads the inputs.
  init(_ call: Call) throws(DriverError) {
    isAtomic = try call.inputs["atomic"]?.bool() ?? true
    let age = try call.inputs["remove_leftovers_after"]?.int(in: 0...31_536_000) ?? 86_400
    leftoverAge = age == 0 ? nil : Int64(age)
    bandwidth = try call.inputs["max_bandwidth"]?.int(in: 1...Int.max)
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
