internal import DriverKit

/// Where a call's files are, by whichever protocol they are reached.
///
/// On the loop.
protocol FilePlace: AnyObject {
  var call: Call { get }
  var loop: Loop { get }
  /// What tasks of the call run on.
  var actor: LoopActor { get }
  /// Ends with the call, or when the server is silent for too long.
  var scope: Scope { get }
  /// The host and port, for messages.
  var host: String { get }
}

extension RemoteFiles: FilePlace {}
