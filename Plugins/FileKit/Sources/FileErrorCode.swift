/// What went wrong with a file.
package enum FileErrorCode: String, Error, Sendable, Hashable, CaseIterable {
  // A file's own.
  case notFound = "not_found"
  case permissionDenied = "permission_denied"
  case alreadyExists = "already_exists"
  case isDirectory = "is_directory"
  /// One is a file and the other is not.
  case kindDiffers = "kind_differs"
  case notEmpty = "not_empty"
  /// A name that a server told, or that a server does not take.
  case nameRefused = "name_refused"
  /// It was changed while it was transferred.
  case changed
  /// What arrived is not what was sent.
  case verification
  /// The server says only that it failed.
  case failure

  // Those of all that is to come.
  case diskFull = "disk_full"
  case quotaExceeded = "quota_exceeded"
  /// The server cannot do it at all.
  case unsupported
  case authentication
  case connectionLost = "connection_lost"
  case timeout
  case cancelled
  /// The server does not keep to the protocol.
  case malformed

  /// Whether nothing else can be done either: what follows would fail the same way.
  package var endsAll: Bool {
    switch self {
    case .notFound, .permissionDenied, .alreadyExists, .isDirectory, .kindDiffers, .notEmpty,
      .nameRefused, .changed, .verification, .failure:
      false
    case .diskFull, .quotaExceeded, .unsupported, .authentication, .connectionLost, .timeout,
      .cancelled, .malformed:
      true
    }
  }

  /// Whether the same may work a little later, with nothing changed.
  package var mayPass: Bool {
    switch self {
    case .connectionLost, .timeout, .changed, .verification: true
    default: false
    }
  }
}
