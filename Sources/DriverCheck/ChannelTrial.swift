internal import DriverHost
internal import Glibc

/// Calls of one action, by what its channels bring and take.
struct ChannelTrial: Sendable {
  let run: CallRun
  let action: Descriptor.Action
  let inputs: ValueMap

  /// How such a call has ended.
  struct Outcome: Sendable, Hashable {
    /// What came out of each channel, and the outputs.
    var outputs: ValueMap?
    var code: HostError.Code?

    var isGood: Bool { code == nil }

    /// How it is not as another one.
    func differs(from other: Outcome) -> String {
      if let code { return "ends with \(code)" }
      let names = outputs?.lazy.filter { name, value in other.outputs?[name] != value }.map(\.name)
      return "puts out something else as `\(names?.first ?? "")`"
    }
  }

  /// What input channels bring: lines of text, with something in them that is none.
  private static let content: [UInt8] = {
    var bytes: [UInt8] = []
    for line in 0..<500 { bytes += Array("line \(line), \u{E9}\u{20AC}, \(line * 7919)\n".utf8) }
    return bytes
  }()

  private struct Failure: Error {}

  /// Runs a call to its end.
  ///
  /// - Parameters:
  ///   - piece: How many bytes input channels bring at once.
  ///   - pause: Before each piece that is taken out of a channel.
  ///   - without: A channel that is not connected.
  /// - Returns: How it has ended.
  @discardableResult
  func run(piece: Int, pause: Duration? = nil, without: String? = nil) async -> Outcome {
    let taken = Lock<[String: [UInt8]]>([:])
    do throws(HostError) {
      var outcome = Outcome()
      outcome.outputs = try await run.result(action, inputs, timeout: .seconds(2)) { options in
        connectSources(&options, piece)
        for channel in action.channels where channel.direction == .output {
          if channel.name == without {
            options.outputs[channel.name] = nil
          } else if channel.content == .bytes {
            options.outputs[channel.name] = .bytes { bytes in
              if let pause { usleep(UInt32(pause.components.attoseconds / 1_000_000_000_000)) }
              taken.withLock { taken in
                if taken[channel.name, default: []].count < 1 << 20 {
                  taken[channel.name, default: []] += bytes
                }
              }
            }
          }
        }
      }.outputs
      for (name, bytes) in taken.withLock({ $0 }) { outcome.outputs?[name] = .bytes(bytes) }
      return outcome
    } catch {
      return Outcome(code: error.code)
    }
  }

  /// Runs a call whose reader goes after some pieces.
  func leave(_ channel: Descriptor.Channel, after count: Int) async {
    let left = Lock(count)
    let take: @Sendable () throws -> Void = {
      let isOver = left.withLock { left in
        left -= 1
        return left < 0
      }
      if isOver { throw Failure() }
    }
    await run.call(action, inputs) { options in
      connectSources(&options, 4096)
      switch channel.content {
      case .bytes: options.outputs[channel.name] = .bytes { _ in try take() }
      case .values: options.outputs[channel.name] = .values { _ in try take() }
      // Such actions are not called.
      case nil: break
      }
    }
    // A stream ends the call less firmly: its reader is just not there any more.
    guard channel.content == .bytes else { return }
    let stream = ByteStream()
    async let reading: Void = ChannelTrial.read(stream, count)
    await run.call(action, inputs) { options in
      connectSources(&options, 4096)
      options.outputs[channel.name] = .stream(stream)
    }
    await reading
  }

  /// Runs a call whose sources break off.
  func fail() async {
    let inputChannels = action.channels.filter { $0.direction == .input }
    guard !inputChannels.isEmpty else { return }
    await run.call(action, inputs) { options in
      for channel in inputChannels {
        let place = Lock(0)
        options.sources[channel.name] = .handler { _ in
          let isFirst = place.withLock { place in
            place += 1
            return place == 1
          }
          guard isFirst else { throw Failure() }
          return Array("some bytes, and then".utf8)
        }
      }
    }
  }

  private func connectSources(_ options: inout CallOptions, _ piece: Int) {
    for channel in action.channels where channel.direction == .input {
      let place = Lock(0)
      let bytes = ChannelTrial.content
      options.sources[channel.name] = .handler { wanted in
        place.withLock { place in
          let end = min(bytes.count, place + min(piece, max(1, wanted)))
          defer { place = end }
          return Array(bytes[place..<end])
        }
      }
    }
  }

  private static func read(_ stream: ByteStream, _ count: Int) async {
    var left = count
    do {
      for try await _ in stream {
        left -= 1
        if left < 0 { break }
      }
    } catch {
      // How the call has ended is the caller's to see.
    }
  }
}
