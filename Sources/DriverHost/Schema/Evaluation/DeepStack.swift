import Glibc

/// A large stack for the rare work that nests deeper than the caller's stack may hold.
enum DeepStack {
  /// Only what is touched of it takes memory.
  private static let bytes = 128 << 20

  /// Runs work on a thread with a large stack, and waits for it.
  ///
  /// The corresponding C functions are `pthread_create` and `pthread_join`.
  ///
  /// - Returns: What the work has given; nil if there is no thread to be had, and nothing was run.
  static func run<Output>(_ work: () -> Output) -> Output? {
    var output: Output?
    let hasRun = withoutActuallyEscaping({ output = work() }) { work in
      start(Work(run: work))
    }
    return hasRun ? output : nil
  }

  private static func start(_ work: Work) -> Bool {
    var attributes = pthread_attr_t()
    guard unsafe pthread_attr_init(&attributes) == 0 else { return false }
    defer { unsafe pthread_attr_destroy(&attributes) }
    guard unsafe pthread_attr_setstacksize(&attributes, bytes) == 0 else { return false }
    // As in all threads of the host: signals are the engine's to handle.
    var everything = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&everything)
    unsafe pthread_sigmask(SIG_SETMASK, &everything, &before)
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread,
      &attributes,
      { work in
        guard let work = unsafe work else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(work).takeUnretainedValue().run()
        return nil
      },
      // Kept alive by this function, which waits.
      Unmanaged.passUnretained(work).toOpaque()
    )
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    guard status == 0 else { return false }
    pthread_join(thread, nil)
    return withExtendedLifetime(work) { true }
  }

  private final class Work {
    let run: () -> Void

    init(run: @escaping () -> Void) {
      self.run = run
    }
  }
}
