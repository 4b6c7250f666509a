/// What a host does differently where a driver is held against the rules of the ABI.
///
/// For a process of its own with one driver in it. A host that serves anybody has none of it. In one that has, a
/// callback that held the loop up because the machine was busy with something else is not counted.
package struct HostProbing: Sendable {
  /// The interface ids that the host offers, as an older one would; nil: all that it has.
  package var interfaces: Set<String>?
  /// Whether each thing that is lent to a call stands before a page that nobody may touch.
  package var guardsInputs = false
  /// Whether it cannot be read any more, then, once the call is done.
  package var revokesInputs = true
  /// Whether values bear a flag, watches tell of an event, calls stop for a reason, and requests have a name in their
  /// context that no driver knows, as those of a newer host may.
  package var isNewer = false
  /// Inputs that are added with a kind that no driver knows.
  package var unknownInputs: [String] = []
  /// What the driver is told the action is, in the place of any that its descriptor has.
  package var action: String?
  /// Takes each text of the driver's that somebody may read, before secrets are masked in it: where it stood,
  /// and what it was.
  package var onText: (@Sendable (_ place: String, _ text: String) -> Void)?
  /// Hears the keys of `once`.
  package var onOnce: (@Sendable (_ key: String) -> Void)?

  /// A host as any other.
  package init() {}
}

extension DriverRuntime.Probing {
  /// What the driver is told in the place of a call's action; nil: just that.
  func action(of request: CallRequest) -> String? {
    // Those are the host's own, and sessions are not what is probed.
    ["open", "close", "reset", "check"].contains(request.action) ? nil : value.action
  }
}
