/// Connects an action's channels to what a call names for them.
struct ChannelPlan {
  private let action: Descriptor.Action
  private let outputs: [String: ChannelDestination]
  private let sources: [String: ChannelOrigin]
  private let services: DriverRuntime.Services

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
    var outputs = options.outputs
    var sources = options.sources
    for path in inputs.sinks where outputs[path.channel] == nil {
      outputs[path.channel] = .file(path.path)
    }
    for path in inputs.sources where sources[path.channel] == nil {
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
    for channel in action.channels {
      switch channel.direction {
      case .output:
        guard let destination = outputs[channel.name] else {
          result.channels.append(nil)
          continue
        }
        let sink = try sink(for: channel, destination)
        if let collecting = sink as? CollectingSink { result.collected[channel.name] = collecting }
        // A driver that may wait writes to the sink itself, unless a stop could not get it out of there.
        let isDirect = sink is CollectingSink || isBlocking && !(sink is HandlerSink)
        result.channels.append(
          .output(
            OutputChannel(
              name: channel.name,
              content: channel.content,
              way: isDirect ? .direct(sink) : .pumped(sink),
              threads: services.helpers
            )
          )
        )
      case .input:
        guard let origin = sources[channel.name] else {
          result.channels.append(nil)
          continue
        }
        result.channels.append(
          .input(
            InputChannel(
              name: channel.name,
              source: try source(origin),
              aheadOn: isBlocking ? nil : services.helpers
            )
          )
        )
      }
    }
    return result
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
    case .collect(let limit): CollectingSink(name: channel.name, limit: limit)
    case .file(let path): try FileSink(path: path)
    case .descriptor(let descriptor): try DescriptorSink(descriptor)
    case .bytes(let handler): HandlerSink(bytes: handler)
    case .values(let handler): HandlerSink(values: handler)
    }
  }

  private func source(_ origin: ChannelOrigin) throws(HostError) -> any ChannelSource {
    switch origin {
    case .bytes(let bytes): MemorySource(bytes)
    case .file(let path): try DescriptorSource(path: path)
    case .descriptor(let descriptor): try DescriptorSource(descriptor: descriptor)
    }
  }
}
