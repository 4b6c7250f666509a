/// Connects an action's channels to what a call names for them.
struct ChannelPlan {
  private let action: Descriptor.Action
  private let outputs: [String: ChannelDestination]
  private let sources: [String: ChannelOrigin]
  private let services: DriverRuntime.Services
  private let masksSecrets: Bool

  /// The channels of a call, in the descriptor's order, and the sinks that collect.
  struct Channels {
    var channels: [CallChannel?]
    var collected: [String: CollectingSink]
  }

  /// What the options connect, and the paths that `x-sink` and `x-source` inputs name.
  init(
    _ action: Descriptor.Action,
    _ inputs: CompleteInputs,
    _ options: CallOptions,
    services: DriverRuntime.Services
  ) throws(HostError) {
    self.action = action
    self.services = services
    masksSecrets = options.masksChannels
    var outputs = options.outputs
    var sources = options.sources
    // An input that all actions share says nothing to one without the channel, such as a test.
    func hasChannel(_ name: String) -> Bool { action.channels.contains { $0.name == name } }
    for path in inputs.sinks where outputs[path.channel] == nil && hasChannel(path.channel) {
      outputs[path.channel] = .file(path.path)
    }
    for path in inputs.sources where sources[path.channel] == nil && hasChannel(path.channel) {
      sources[path.channel] = .file(path.path)
    }
    self.outputs = outputs
    self.sources = sources
    for name in outputs.keys { try check(name, .output) }
    for name in sources.keys { try check(name, .input) }
  }

  /// Opens what is to be opened.
  func connect(isBlocking: Bool) throws(HostError) -> Channels {
    var result = Channels(channels: [], collected: [:])
    do {
      try connect(isBlocking, into: &result)
    } catch {
      for channel in result.channels { channel?.finish(error) { _ in } }
      throw error
    }
    return result
  }

  private func connect(_ isBlocking: Bool, into result: inout Channels) throws(HostError) {
    for channel in action.channels {
      switch channel.direction {
      case .output:
        guard let destination = outputs[channel.name] else {
          result.channels.append(nil)
          continue
        }
        let output = try output(channel, destination, isBlocking)
        output.masksSecrets = masksSecrets
        if let sink = output.collectingSink { result.collected[channel.name] = sink }
        result.channels.append(.output(output))
      case .input:
        guard let origin = sources[channel.name] else {
          result.channels.append(nil)
          continue
        }
        result.channels.append(.input(try input(channel, origin, isBlocking)))
      // Such actions are not called.
      case nil: result.channels.append(nil)
      }
    }
  }

  private func output(
    _ channel: Descriptor.Channel,
    _ destination: ChannelDestination,
    _ isBlocking: Bool
  ) throws(HostError) -> OutputChannel {
    // Actions with channels of other contents are not called.
    let content = channel.content ?? .bytes
    let stream: OutputChannel? =
      switch destination {
      case .stream(let stream): stream.channel
      case .valueStream(let stream): stream.channel
      default: nil
      }
    if let stream {
      guard stream.content == content else {
        throw HostError(
          .invalidInput,
          stage: .input,
          "the channel `\(channel.name)` is of \(content.rawValue): connect it to a \(content == .bytes ? "ByteStream" : "ValueStream")"
        )
      }
      guard stream.belongToCall() else {
        throw HostError(
          .invalidInput,
          stage: .input,
          "the stream for the channel `\(channel.name)` has been connected before: make one for each call"
        )
      }
      return stream
    }
    let sink = try sink(for: channel, destination)
    // A driver that may wait writes to the sink itself, unless a stop could not get it out of there.
    let isDirect = sink is CollectingSink || isBlocking && !(sink is HandlerSink)
    return OutputChannel(
      name: channel.name,
      content: content,
      way: isDirect ? .direct(sink) : .pumped(sink),
      threads: services.helpers
    )
  }

  private func input(
    _ channel: Descriptor.Channel,
    _ origin: ChannelOrigin,
    _ isBlocking: Bool
  ) throws(HostError) -> InputChannel {
    let source: any ChannelSource
    switch origin {
    case .sequence(let sequence, let length):
      try check(length, of: channel)
      return InputChannel(name: channel.name, sequence: sequence, length: length)
    case .handler(let length, let handler):
      try check(length, of: channel)
      // Read ahead also for a driver that may wait: a stop could not get it out of there.
      return InputChannel(
        name: channel.name,
        source: HandlerSource(handler, length: length),
        aheadOn: services.helpers
      )
    case .bytes(let bytes): source = MemorySource(bytes)
    case .file(let path): source = try DescriptorSource(path: path)
    case .descriptor(let descriptor): source = try DescriptorSource(descriptor: descriptor)
    }
    return InputChannel(
      name: channel.name,
      source: source,
      aheadOn: isBlocking ? nil : services.helpers
    )
  }

  private func check(_ length: Int64?, of channel: Descriptor.Channel) throws(HostError) {
    guard let length, length < 0 else { return }
    throw HostError(
      .invalidInput,
      stage: .input,
      "the source of the channel `\(channel.name)` has the length \(length): leave it out where it is not known"
    )
  }

  private func check(
    _ name: String,
    _ direction: Descriptor.Channel.Direction
  ) throws(HostError) {
    if action.channels.contains(where: { $0.name == name && $0.direction == direction }) { return }
    let known = action.channels.filter { $0.direction == direction }.map(\.name)
    throw HostError(
      .invalidInput,
      stage: .input,
      "the action `\(action.name)` has no \(direction == .output ? "output" : "input") channel `\(name)`; it has: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    )
  }

  private func sink(
    for channel: Descriptor.Channel,
    _ destination: ChannelDestination
  ) throws(HostError) -> any ChannelSink {
    switch destination {
    case .file(let path): try FileSink(path: path)
    case .descriptor(let descriptor): try DescriptorSink(descriptor)
    case .bytes(let handler): HandlerSink(bytes: handler)
    case .values(let handler): HandlerSink(values: handler)
    case .collect(let limit): CollectingSink(name: channel.name, limit: limit)
    // Those are no sinks: see `output`.
    case .stream, .valueStream: CollectingSink(name: channel.name, limit: 0)
    }
  }
}
