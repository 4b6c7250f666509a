import Foundation

/// A file descriptor that is closed once.
package final class Descriptor: Sendable {
  private let open: Locked<Int32?>

  package init(_ number: Int32) {
    open = Locked(number)
  }

  deinit {
    close()
  }

  /// The number; -1 when it has been closed.
  package var number: Int32 { open.with { $0 ?? -1 } }

  package func close() {
    open.with {
      if let number = $0 { Foundation.close(number) }
      $0 = nil
    }
  }

  /// Ends a connection by a reset.
  ///
  /// The corresponding C option is `SO_LINGER` with no time.
  package func reset() {
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<linger>.size)
    setsockopt(number, SOL_SOCKET, SO_LINGER, &atOnce, size)
    close()
  }

  /// Ends a connection for whoever reads from it or writes to it.
  package func shutDown() { shutdown(number, Int32(SHUT_RDWR)) }

  /// Writes all bytes; false when the other side has gone.
  ///
  /// Raises no SIGPIPE.
  @discardableResult
  package func write(_ bytes: [UInt8]) -> Bool {
    withoutBrokenPipeSignal {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(number, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  /// Waits for bytes: empty at the end, nil for a failure.
  package func read(upTo limit: Int = 65_536) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    while true {
      let count = Foundation.read(number, &bytes, limit)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      return Array(bytes.prefix(count))
    }
  }
}

/// Holds SIGPIPE back on this thread, and takes it away if `body` raised it.
private func withoutBrokenPipeSignal<Result>(_ body: () -> Result) -> Result {
  var brokenPipe = sigset_t()
  var before = sigset_t()
  sigemptyset(&brokenPipe)
  sigaddset(&brokenPipe, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &brokenPipe, &before)
  defer {
    var atOnce = timespec()
    while sigtimedwait(&brokenPipe, nil, &atOnce) == SIGPIPE {}
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
  return body()
}

/// Both ends of a pipe, closed in child processes.
package struct PipeEnds: Sendable {
  package let reading: Descriptor
  package let writing: Descriptor

  package init() throws {
    // On the thread that starts processes: none gets the pipe before it is marked.
    let made = SpawnThread.shared.run { () -> (numbers: [Int32], code: Int32) in
      var numbers: [Int32] = [-1, -1]
      guard pipe(&numbers) == 0 else { return (numbers, errno) }
      for number in numbers { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
      return (numbers, 0)
    }
    guard made.code == 0 else { throw TestSupportError.system("pipe", made.code) }
    reading = Descriptor(made.numbers[0])
    writing = Descriptor(made.numbers[1])
  }
}
