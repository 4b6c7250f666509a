import Glibc

/// A thread of the command line's own.
enum HelperThread {
  /// Runs `body` on a new thread.
  static func start(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void

      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    unsafe pthread_create(
      &thread,
      nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
        return nil
      },
      Unmanaged.passRetained(Box(body)).toOpaque()
    )
    pthread_detach(thread)
  }
}
