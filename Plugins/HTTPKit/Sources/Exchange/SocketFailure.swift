package import DriverKit
internal import Glibc

/// Why a connection could not be made.
package enum SocketFailure {
  /// What a number of connect(2) means.
  package static func explanation(_ number: Int32, server: String) -> Explanation {
    let (what, cure) =
      switch number {
      case ECONNREFUSED:
        (
          "nothing listens there (connection refused)",
          "check the host and the port, and that the server runs"
        )
      case ENETUNREACH, EHOSTUNREACH:
        (
          "there is no way to it from this machine",
          "check the network, the address and firewalls"
        )
      case ETIMEDOUT: ("it does not answer", "check the address and firewalls")
      case EACCES, EPERM: ("this machine forbids the connection", "check its firewall")
      case EMFILE, ENFILE: ("this process has no file descriptor left", "raise `ulimit -n`")
      case EADDRNOTAVAIL:
        (
          "this machine has no local port left, or no address of that kind",
          "wait, or check the address"
        )
      default: ("no connection could be made", "check the host and the port, and firewalls")
      }
    var explanation = Explanation(
      .unavailable,
      "\(server): \(what)",
      cure: cure,
      isRetryable: true
    )
    if number != 0, let text = unsafe strerror(number) {
      explanation.detail = unsafe "connect: \(String(cString: text)) (errno \(number))"
    }
    return explanation
  }

  /// What it means that the host's loop does not watch a socket.
  package static func explanation(unwatched cause: DriverError, server: String) -> Explanation {
    var explanation = Explanation(
      .unavailable,
      "\(server): this machine cannot wait for another connection",
      cure: "have fewer at once, or raise fs.epoll.max_user_watches",
      isRetryable: true
    )
    explanation.detail = cause.message
    return explanation
  }
}
