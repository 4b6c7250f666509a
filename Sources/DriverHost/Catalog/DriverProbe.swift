/// Compiles a driver's schema, loads it, makes an instance and ends it, to find out whether it can be used.
///
/// A driver that is broken takes its process with it: so this belongs into a process of its own.
package enum DriverProbe {
  /// What runs of the driver.
  package enum Step: String, Sendable, CaseIterable {
    /// Its libraries are mapped, and what they do at load runs.
    case loading
    /// Its entry.
    case entry
    /// Its `create`.
    case create
    /// Its `destroy`.
    case destroy
  }

  /// Runs all steps.
  ///
  /// - Parameters:
  ///   - driver: A driver of the catalog.
  ///   - log: Takes what the driver logs.
  ///   - willRun: Told before each step.
  /// - Throws: `HostError` of stage `.driver`.
  package static func run(
    _ driver: CatalogDriver,
    log: @escaping @Sendable (LogEntry) -> Void,
    willRun: @escaping @Sendable (Step) -> Void
  ) throws(HostError) {
    let descriptor = driver.descriptor
    // The host does the same before it loads a file, and refuses one whose inputs cannot be checked.
    _ = try InputSchema(descriptor)
    let runtime = try runtime(for: descriptor, log: log)
    let loaded = try unsafe MappedDriver(driver, willRun: willRun)
      .load(host: runtime.hostTable, willRun: willRun)
    runtime.adopt(loaded.functions)
    let functions = loaded.functions
    let destroy = { @Sendable (instance: InstanceHandle) in
      willRun(.destroy)
      unsafe functions.destroy(instance.address)
    }
    guard let driverLoop = runtime.driverLoops.first else {
      willRun(.create)
      destroy(try InstanceHandle.make(for: runtime, loop: nil))
      return
    }
    let outcome = Lock<Result<Void, HostError>?>(nil)
    let monitor = Monitor()
    let tell = { @Sendable (result: Result<Void, HostError>) in
      monitor.lock()
      outcome.withLock { $0 = result }
      monitor.broadcast()
      monitor.unlock()
    }
    driverLoop.loop.post {
      do throws(HostError) {
        willRun(.create)
        _ = try driverLoop.getInstance()
        driverLoop.end(destroy, { tell(.success(())) })
      } catch {
        tell(.failure(error))
      }
    }
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      if let result = outcome.withLock({ $0 }) {
        try result.get()
        return
      }
      monitor.wait()
    }
  }

  /// A runtime for a driver that is not loaded yet, with one thread or one loop.
  static func runtime(
    for descriptor: Descriptor,
    log: @escaping @Sendable (LogEntry) -> Void
  ) throws(HostError) -> DriverRuntime {
    let isBlocking = descriptor.execution == .blocking
    let services = DriverRuntime.Services(
      threads: ThreadPool(name: "dh-probe", limit: 1),
      helpers: ThreadPool(name: "dh-probe-help", limit: 1),
      deadlines: DeadlineQueue(),
      loops: isBlocking ? [] : [try EventLoop(name: "dh-probe-loop")],
      resolver: NameResolver(),
      log: Log(level: .trace, write: log),
      outputLimit: 0
    )
    return DriverRuntime(
      .init(
        name: descriptor.name,
        id: descriptor.id,
        isBlocking: isBlocking,
        isSerial: descriptor.concurrency == .driverSerial,
        grace: descriptor.grace
      ),
      services: services
    )
  }
}
