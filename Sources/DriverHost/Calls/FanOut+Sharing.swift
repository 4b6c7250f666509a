import Glibc

/// What the items of a fan-out cannot share: each would replace what another one has written, or leave nothing for it.
extension FanOut {
  /// Why the calls of a fan-out may not have some options; nil where they may.
  ///
  /// - Parameter options: Those of each.
  /// - Returns: An error that names the channel.
  package static func refusal(of options: CallOptions) -> HostError? {
    // In the order of their names, so that it is the same one each time.
    for (channel, destination) in options.outputs.sorted(by: { $0.key < $1.key }) {
      guard let why = why(destination) else { continue }
      return HostError(
        .invalidInput,
        stage: .input,
        "the sink of the channel `\(channel)` is \(why)"
      )
    }
    for (channel, origin) in options.sources.sorted(by: { $0.key < $1.key }) {
      guard let why = why(origin) else { continue }
      return HostError(
        .invalidInput,
        stage: .input,
        "the source of the channel `\(channel)` is \(why), of which one item would leave nothing for the others: give bytes or a file, or make a call for each item"
      )
    }
    return nil
  }

  private static func why(_ destination: ChannelDestination) -> String? {
    switch destination {
    case .file(let path) where isReplaced(path):
      "one file, which each item would replace: collect the output, give a function that takes it, or make a call for each item"
    case .stream, .valueStream:
      "a stream, which only one call can have: collect the output, give a function that takes it, or make a call for each item"
    case .file, .descriptor, .bytes, .values, .collect: nil
    }
  }

  private static func why(_ origin: ChannelOrigin) -> String? {
    switch origin {
    case .file(let path) where isReadOnce(path): "a pipe"
    case .descriptor: "a descriptor"
    case .handler: "a function"
    case .sequence: "a sequence"
    case .file, .bytes: nil
    }
  }

  /// Refuses paths of channels that an item has in common with all others.
  ///
  /// - Parameters:
  ///   - complete: The inputs of one item's call.
  ///   - own: What the item has of its own.
  ///   - options: Those of the call, whose channels win over paths.
  ///   - type: What the call goes to.
  ///   - location: Where inputs stand in files.
  /// - Throws: All such inputs, each with its place.
  static func check(
    _ complete: CompleteInputs,
    own: ValueMap,
    _ options: CallOptions,
    type: String,
    _ location: ((JSONPointer) -> SourceLocation?)?
  ) throws(HostError) {
    var faults: [Fault] = []
    func isShared(_ path: CompleteInputs.ChannelPath) -> Bool {
      path.pointer.tokens.first.map { own[$0] == nil } ?? true
    }
    func refuse(_ path: CompleteInputs.ChannelPath, _ message: String) {
      let place = location?(path.pointer)
      faults.append(Fault(.invalid, at: path.pointer, message, location: place))
    }
    for path in complete.sinks where isShared(path) {
      guard options.outputs[path.channel] == nil, isReplaced(path.path) else { continue }
      refuse(
        path,
        "all items would write to this one file, and each would replace it: give each item its own"
      )
    }
    for path in complete.sources where isShared(path) {
      guard options.sources[path.channel] == nil, isReadOnce(path.path) else { continue }
      refuse(
        path,
        "all items would read this one pipe, and one would leave nothing for the others: name a file, or give each item its own"
      )
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the input for \(type)") }
  }

  /// Whether a sink of that path takes the place of what is there, as it does not of a pipe or of /dev/null.
  private static func isReplaced(_ path: String) -> Bool {
    kind(path).map { $0 == S_IFREG } ?? true
  }

  /// Whether what is read of that path is gone.
  private static func isReadOnce(_ path: String) -> Bool {
    kind(path).map { $0 == S_IFIFO || $0 == S_IFSOCK } ?? false
  }

  /// What there is at a path; nil: nothing.
  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
