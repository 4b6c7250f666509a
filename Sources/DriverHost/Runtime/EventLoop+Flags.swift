import CLinux
import DriverABI

extension EventLoop {
  /// What a watch can wait for.
  ///
  /// Hang-ups come with each of the others, and can be waited for alone.
  static let askable = DH_READABLE | DH_WRITABLE | DH_HANGUP

  /// What epoll(7) is asked for: errors and hang-ups are always reported.
  static func events(of flags: UInt32) -> UInt32 {
    var events: UInt32 = 0
    if flags & DH_READABLE != 0 { events |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
    if flags & DH_WRITABLE != 0 { events |= EPOLLOUT.rawValue }
    return events
  }

  /// What epoll(7) reported, in the ABI's flags.
  ///
  /// A peer that has only stopped sending makes a descriptor readable (its end is to be read), it is
  /// not a hang-up.
  static func flags(of events: UInt32) -> UInt32 {
    var flags: UInt32 = 0
    if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { flags |= DH_READABLE }
    if events & EPOLLOUT.rawValue != 0 { flags |= DH_WRITABLE }
    if events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { flags |= DH_HANGUP }
    return flags
  }
}
