internal import DriverKit
internal import Glibc

/// Why a connection could not be made.
enum SocketFailure {
  /// The error for a number of connect(2).
  static func error(_ number: Int32, server: String) -> DriverError {
    let reason: String
    switch number {
    // ECONNREFUSED
    case ECONNREFUSED:
      reason = "nothing listens there (connection refused): check the port, and that the server runs"
    // ENETUNREACH, EHOSTUNREACH
    case ENETUNREACH, EHOSTUNREACH:
      reason = "there is no way to it from this machine: check the network, the address and firewalls"
    // ETIMEDOUT
    case ETIMEDOUT: reason = "it does not answer: check the address and firewalls"
    // EACCES, EPERM
    case EACCES, EPERM: reason = "this machine forbids the connection: check its firewall"
    // EMFILE, ENFILE
    case EMFILE, ENFILE:
      reason = "this process has no file descriptor left: raise `ulimit -n`"
    // EADDRNOTAVAIL
    case EADDRNOTAVAIL:
      reason = "this machine has no local port left, or no address of that kind"
    default: reason = "no connection could be made"
    }
    var error = DriverError(.unavailable, "\(server): \(reason)", isRetryable: true)
    if number != 0, let text = unsafe strerror(number) {
      error.detail = unsafe "connect: \(String(cString: text)) (errno \(number))"
    }
    return error
  }
}
