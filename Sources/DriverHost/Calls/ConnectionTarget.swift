/// What a call goes to.
public enum ConnectionTarget: Sendable, Hashable {
  /// A connector of the workspace, by its name.
  case connector(String)
  /// A connector that the call defines: the inputs are all that there is. `TYPE`, or `TYPE@id` for one of several
  /// drivers of a type.
  case type(String)
  /// A vault configuration of the workspace, by its name: for tests and for reading what it has.
  case vault(String)
}
