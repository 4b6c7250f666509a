import CLinux
import Glibc

/// Threads of the host's own.
package enum Thread {
  /// The least size of a stack, in bytes, whatever the process's limit is: drivers are promised a part of it.
  private static let leastStack = 1 << 20

  /// Starts a detached thread.
  ///
  /// All signals are blocked in it: those sent to the process are the engine's to handle, and a write
  /// to a closed connection gives EPIPE instead of ending the process.
  ///
  /// - Parameters:
  ///   - name: What tools show, at most 15 bytes.
  ///   - body: What the thread runs.
  /// - Throws: `.unavailable` where the system has no thread left.
  package static func start(
    name: String,
    _ body: @escaping @Sendable () -> Void
  ) throws(HostError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    var size = 0
    unsafe pthread_attr_getstacksize(&attributes, &size)
    if size < leastStack { unsafe pthread_attr_setstacksize(&attributes, leastStack) }
    let box = unsafe Unmanaged.passRetained(Body(name: name, run: body))
    var thread = pthread_t()
    var everything = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&everything)
    unsafe pthread_sigmask(SIG_SETMASK, &everything, &before)
    let status = unsafe pthread_create(
      &thread,
      &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        unsafe clinux_name_thread(body.name)
        body.run()
        return nil
      },
      box.toOpaque()
    )
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    guard status == 0 else {
      unsafe box.release()
      throw HostError(
        .unavailable,
        stage: .call,
        "the system has no thread left (\(systemMessage(status))): raise its limit of processes, or lower the number of calls in flight"
      )
    }
    pthread_detach(thread)
  }

  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }
}

/// The system's text for an errno: "Permission denied".
package func systemMessage(_ number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
