import DriverHost

/// Programs and files on a server, through the SSH driver.
struct RemoteHost: Sendable {
  private let host: Host
  /// The address and the login, which all calls have in common.
  private let inputs: ValueMap

  /// - Parameters:
  ///   - host: The host.
  ///   - arguments: The server's port on loopback, the user, the file of the private key and that
  ///     of the known hosts.
  /// - Throws: How it is to be called.
  init(_ host: Host, _ arguments: some Collection<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count == 4, let port = Int64(arguments[0]) else { throw Self.usage }
    self.host = host
    inputs = [
      "host": "127.0.0.1", "port": .int(port),
      "authentication": [
        "authentication_method": "ssh_key", "username": .string(arguments[1]),
        "key_file": .string(arguments[2]),
      ],
      "hostkey": [
        "hostkey_method": "known_hosts_file", "known_hosts_file": [.string(arguments[3])],
      ],
    ]
  }

  private static let usage = BenchError(
    """
    usage: … ssh PORT USER KEY-FILE KNOWN-HOSTS exec IN-FLIGHT COUNT | get REMOTE LOCAL SYNC
      | put REMOTE LOCAL SYNC | sessions COUNT IN-FLIGHT | repeat IN-FLIGHT COUNT
    """
  )

  /// What is measured: one of those that `usage` names, with its arguments.
  func run(_ workload: String, _ arguments: some Collection<String>) async throws {
    let arguments = Array(arguments)
    do {
      try await host.load(type: "SSH")
      let numbers = arguments.compactMap(Int.init)
      switch (workload, arguments.count, numbers.count) {
      case ("exec", 2, 2): try await execute(numbers[0], numbers[1])
      case ("get", 3, _), ("put", 3, _):
        try await copy(workload, arguments[0], arguments[1], sync: arguments[2] == "true")
      case ("sessions", 2, 2): try await hold(numbers[0], inFlight: numbers[1])
      case ("repeat", 2, 2): try await `repeat`(numbers[0], numbers[1])
      default: throw Self.usage
      }
    } catch let error as HostError {
      // The table says so in the place of the figure.
      print(JSON.text(["error": .string("\(error)")]))
    }
  }

  // MARK: - Programs

  /// Runs `true` so often over one connection, some of them at once, from tasks of the pool.
  private func execute(_ inFlight: Int, _ count: Int) async throws {
    // Connects.
    try await runTrue()
    let (start, computed) = (now(), Process.computedMicroseconds())
    try await runMany(inFlight, count)
    report(count, since: start, computed)
  }

  private func runMany(_ inFlight: Int, _ count: Int) async throws {
    let left = Left(count)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<inFlight {
        group.addTask { while left.take() { try await runTrue() } }
      }
      try await group.waitForAll()
    }
  }

  private func runTrue() async throws(HostError) {
    var inputs = inputs
    inputs["command"] = "true"
    _ = try await host.connect(type: "SSH", inputs)
  }

  /// The same, with the memory and the descriptors after a tenth of them and at the end.
  private func `repeat`(_ inFlight: Int, _ count: Int) async throws {
    try await runMany(inFlight, count / 10)
    let (before, descriptors) = (Process.residentKiB, try Process.descriptors())
    try await runMany(inFlight, count - count / 10)
    print(
      JSON.text([
        "first_kib": .int(Int64(before)), "last_kib": .int(Int64(Process.residentKiB)),
        "first_descriptors": .int(Int64(descriptors)),
        "last_descriptors": .int(Int64(try Process.descriptors())),
      ])
    )
  }

  // MARK: - Files

  /// Copies a file, from connecting to the end of the call.
  private func copy(
    _ action: String,
    _ remote: String,
    _ local: String,
    sync: Bool
  ) async throws(HostError) {
    var options = CallOptions()
    options.action = action
    var inputs = inputs
    inputs["path"] = .string(remote)
    inputs["local_path"] = .string(local)
    inputs["sync"] = .bool(sync)
    let (start, computed) = (now(), Process.computedMicroseconds())
    let result = try await host.connect(type: "SSH", inputs, options: options)
    let seconds = Double(now() - start) / 1e9
    let bytes = result["bytes"].intValue ?? 0
    print(
      JSON.text([
        "bytes": .int(bytes), "rate": .double(Double(bytes) / 1e6 / seconds),
        "cpu_s": .double((Process.computedMicroseconds() - computed) / 1e6),
        "peak_kib": .int(Int64(Process.peakKiB)),
      ])
    )
  }

  // MARK: - Sessions

  /// Opens many sessions, runs `true` in each, and keeps all of them.
  private func hold(_ count: Int, inFlight: Int) async throws {
    Process.raiseDescriptors()
    // Calls with another `keep_alive` have another session.
    let items = (1...count).map { ["keep_alive": .int(Int64(3600 + $0))] as ValueMap }
    // What the first one needs is there once for all of them.
    try await runEach(items.prefix(1), inFlight)
    let (first, before) = (Process.residentKiB, try Process.descriptors())
    let (start, computed) = (now(), Process.computedMicroseconds())
    try await runEach(items.dropFirst(), inFlight)
    let (end, more) = (now(), Double(count - 1))
    let microseconds = (Process.computedMicroseconds() - computed) / more
    let (last, descriptors) = (Process.residentKiB, try Process.descriptors())
    guard descriptors - before == count - 1 else {
      throw BenchError("\(descriptors - before + 1) sessions are open, and not \(count)")
    }
    let again = now()
    try await runEach(items[...], inFlight)
    print(
      JSON.text([
        "rate": .double(more / (Double(end - start) / 1e9)), "cpu_us": .double(microseconds),
        "first_kib": .int(Int64(first)), "last_kib": .int(Int64(last)),
        "each_kib": .double(Double(last - first) / more),
        "again_rate": .double(Double(count) / (Double(now() - again) / 1e9)),
      ])
    )
  }

  private func runEach(_ items: ArraySlice<ValueMap>, _ inFlight: Int) async throws {
    var inputs = inputs
    inputs["command"] = "true"
    var failure: HostError?
    let fanOut = FanOut(parallel: inFlight, failsFast: true)
    await host.connectMany(to: .type("SSH"), inputs, items: items, fanOut) { item in
      if case .failure(let error) = item.outcome, failure == nil { failure = error }
    }
    if let failure { throw failure }
  }

  // MARK: - Reports

  private func report(_ count: Int, since start: Int64, _ computed: Double) {
    let seconds = Double(now() - start) / 1e9
    print(
      JSON.text([
        "rate": .double(Double(count) / seconds),
        "cpu_us": .double((Process.computedMicroseconds() - computed) / Double(count)),
        "peak_kib": .int(Int64(Process.peakKiB)),
      ])
    )
  }
}
