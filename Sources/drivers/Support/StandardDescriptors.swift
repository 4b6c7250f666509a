import Glibc

/// The descriptors 0, 1 and 2, which a caller may have closed: `drivers list >&-`.
enum StandardDescriptors {
  /// Fills the gaps, before anything else is opened.
  ///
  /// Otherwise the next pipe, socket or epoll set gets such a number, and what is printed goes into
  /// it. What stands there afterwards is open the wrong way round: reading standard input, or
  /// writing to one of the others, fails as it does with the descriptor closed (EBADF), which is
  /// what curl and the GNU tools report as well.
  static func complete() {
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(descriptor, F_GETFD) < 0 {
      // It gets the lowest number that is free: this one, since those before it are taken.
      _ = unsafe open("/dev/null", mode)
    }
  }
}
