internal import DriverKit

/// The rows of all partitions as they come, in no order; what nobody takes yet is kept up to a few batches.
final class PartitionRows: RowProducer, @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the monitor's lock.

  /// The columns, those of the first partition.
  private(set) var fields: [RowField] = []

  private let statements: [BoundStatement]
  private let session: ODBCSession
  private let inputs: StatementInputs
  private let call: Call

  private let monitor = Monitor()
  private var workers: [Worker] = []
  private var batches: [RowBatch] = []
  /// How many batches are kept at most.
  private var capacity = 0
  private var nextStatement = 1
  private var working = 0
  private var running: [ObjectIdentifier: ODBCStatement] = [:]
  private var failure: DriverError?
  private var isStopped = false
  private var left: Int
  private var hasMore = false

  init(
    _ statements: [BoundStatement],
    _ session: ODBCSession,
    _ inputs: StatementInputs,
    _ call: Call
  ) {
    self.statements = statements
    self.session = session
    self.inputs = inputs
    self.call = call
    left = inputs.maxRows ?? .max
  }

  /// Begins to read: the first partition over the session's own connection, the others over some that are made for it.
  ///
  /// - Throws: Why the first one cannot be read.
  func start(_ connection: ODBCConnection, parallel: Int) throws(DriverError) {
    let first = try Partition(statements[0], connection, session, inputs, call) { [self] in
      began($0)
    }
    fields = first.reader.fields
    let count = min(parallel, statements.count)
    capacity = count * 2
    monitor.locked { working = count }
    for index in 0..<count {
      let worker = Worker { [self] in
        work(index == 0 ? first : nil, index == 0 ? connection : nil)
        monitor.locked {
          working -= 1
          monitor.wake()
        }
      }
      if let worker {
        workers.append(worker)
        continue
      }
      monitor.locked { working -= 1 }
      if index == 0 {
        throw DriverError(.unavailable, "there is no thread left to read a partition")
      }
    }
  }

  // MARK: - A worker's thread

  private func work(_ first: Partition?, _ connection: ODBCConnection?) {
    do throws(DriverError) {
      if let first { try read(first) }
      var connection = connection
      while let statement = take() {
        let used: ODBCConnection
        if let connection { used = connection } else { used = try connect() }
        connection = used
        let partition = try Partition(statement, used, session, inputs, call) { [self] in
          began($0)
        }
        try read(partition)
      }
    } catch {
      fail(error)
    }
  }

  /// A connection of the thread's own.
  private func connect() throws(DriverError) -> ODBCConnection {
    var last: ODBCStatement?
    defer { if let last { ended(last) } }
    return try session.connect { (statement) throws(DriverError) in
      if let last { ended(last) }
      last = statement
      guard began(statement) else {
        throw call.stop?.error ?? DriverError(.cancelled, "the call was cancelled")
      }
    }
  }

  private func ended(_ statement: ODBCStatement) {
    _ = monitor.locked { running.removeValue(forKey: ObjectIdentifier(statement)) }
  }

  private func take() -> BoundStatement? {
    monitor.locked {
      guard !isStopped, failure == nil, nextStatement < statements.count else { return nil }
      defer { nextStatement += 1 }
      return statements[nextStatement]
    }
  }

  /// Takes note of a statement that runs, so that it can be cancelled; false: it is not to be run any more.
  private func began(_ statement: ODBCStatement) -> Bool {
    monitor.locked {
      guard !isStopped, failure == nil else { return false }
      running[ObjectIdentifier(statement)] = statement
      return true
    }
  }

  private func read(_ partition: Partition) throws(DriverError) {
    defer {
      partition.end()
      for statement in partition.statements { ended(statement) }
    }
    guard partition.reader.fields.map(\.type) == fields.map(\.type) else {
      throw DriverError(
        .protocolViolation,
        "the columns of a partition have other types than those of the first one: cast those that are expressions"
      )
    }
    while let batch = try partition.next(), put(batch) {}
  }

  /// Keeps rows until somebody takes them; false: nobody wants any.
  private func put(_ batch: RowBatch) -> Bool {
    monitor.locked {
      while batches.count >= capacity, !isStopped, failure == nil { monitor.wait() }
      guard !isStopped, failure == nil else { return false }
      batches.append(batch)
      monitor.wake()
      return true
    }
  }

  private func fail(_ error: DriverError) {
    let others: [ODBCStatement] = monitor.locked {
      // What the others say once they are cancelled is no reason.
      if failure == nil, !isStopped { failure = error }
      monitor.wake()
      return Array(running.values)
    }
    for statement in others { statement.cancel() }
  }

  // MARK: - The consumer's thread

  func next() throws(DriverError) -> RowBatch? {
    let batch = try monitor.locked { () throws(DriverError) -> RowBatch? in
      while batches.isEmpty, failure == nil, !isStopped, working > 0 { monitor.wait() }
      if isStopped { throw call.stop?.error ?? DriverError(.cancelled, "the call was cancelled") }
      if let failure { throw failure }
      defer { monitor.wake() }
      return batches.isEmpty ? nil : batches.removeFirst()
    }
    guard let batch, !hasMore else { return nil }
    hasMore = batch.count > left
    let rows = hasMore ? batch.prefix(left) : batch
    left -= rows.count
    return rows.count == 0 ? nil : rows
  }

  /// Ends what runs: the call is to stop, or nobody wants more rows.
  func stop() {
    let statements: [ODBCStatement] = monitor.locked {
      isStopped = true
      monitor.wake()
      return Array(running.values)
    }
    for statement in statements { statement.cancel() }
  }

  /// Stops, and waits until no thread of it is left.
  func end() {
    stop()
    join()
  }

  /// Waits until no thread is left, and lets go of statements: afterwards their connection may be another call's.
  private func join() {
    for worker in workers { worker.join() }
    workers = []
    monitor.locked { running = [:] }
  }

  func close(_ call: Call, _ error: DriverError?) {
    let isWhole = monitor.locked { batches.isEmpty && working == 0 && failure == nil }
    if !isWhole { stop() }
    join()
    do throws(DriverError) {
      // The consumer may have been told before it asked for more.
      if !isWhole, error == nil { try call.checkStop() }
      if hasMore, error == nil { try call.output("has_more", true) }
      call.end(error)
    } catch {
      call.fail(error)
    }
  }
}
