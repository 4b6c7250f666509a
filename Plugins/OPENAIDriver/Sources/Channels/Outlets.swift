internal import DriverKit

/// The output channels of a call, and who is to hear when their readers have room again.
final class Outlets {
  private let call: Call
  private let loop: Loop
  private var outlets: [Outlet]
  /// Whether each channel has promised to say when there is room.
  private var isWaiting = [false, false]
  /// Called on the loop when there may be room.
  var whenReady: () -> Void = {}

  /// The channels of a call, of an action that has some.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - loop: Where it runs.
  ///   - hasChannels: Whether its action has any.
  init(_ call: Call, _ loop: Loop, hasChannels: Bool) {
    self.call = call
    self.loop = loop
    outlets = [Outlet.text, Outlet.events].map {
      Outlet($0, isWanted: hasChannels && call.isWanted($0))
    }
  }

  /// Whether anybody reads a channel.
  func isWanted(_ channel: Int) -> Bool { outlets[channel].isWanted }

  /// Whether nothing waits for a reader.
  var isEmpty: Bool { outlets.allSatisfy(\.isEmpty) }

  /// Adds bytes for the channel `text`.
  func add(_ bytes: some Collection<UInt8>) { outlets[Outlet.text].add(bytes) }

  /// Adds a value for the channel `events`.
  func add(document: String) { outlets[Outlet.events].add(document: document) }

  /// Sends what the readers take; `whenReady` is called where that is not all.
  ///
  /// - Throws: `.cancelled` where those who read have all gone away, or the stop's error.
  func flush() throws(DriverError) {
    let wasRead = outlets.contains(where: \.isWanted)
    for index in outlets.indices where !isWaiting[index] {
      if try outlets[index].flush(call) { continue }
      isWaiting[index] = true
      try call.onReady(outlets[index].channel, on: loop) { [self] in
        isWaiting[index] = false
        whenReady()
      }
    }
    if wasRead, !outlets.contains(where: \.isWanted) {
      throw DriverError(.cancelled, "whoever read the answer went away")
    }
  }
}
