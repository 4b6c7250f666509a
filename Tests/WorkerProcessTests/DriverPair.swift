import DriverHost
import TestSupport
import Testing

/// One driver twice: in the process of the tests, and the same file in a process of its own.
struct DriverPair {
  let here: TrialHost
  let there: TrialHost

  init(
    _ driver: TrialDriver,
    type: String,
    change: (inout HostConfiguration) -> Void = { _ in }
  ) async throws {
    here = try TrialHost(try await driver.path(), type: type, change: change)
    there = try TrialHost(try await driver.proxy(), type: type, change: change)
  }

  /// Runs a call on both sides, and expects that nobody could tell them apart.
  ///
  /// `ignored` are outputs that differ from call to call in one process too; what came of the call
  /// in the other process is returned.
  @discardableResult
  func expectEqual(
    _ action: String? = nil,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    ignoring ignored: [String] = [],
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> Outcome {
    var ours = await here.outcome(action, inputs, timeout: timeout, change)
    var others = await there.outcome(action, inputs, timeout: timeout, change)
    for name in ignored {
      _ = ours.outputs.remove(name)
      _ = others.outputs.remove(name)
    }
    #expect(ours == others, sourceLocation: sourceLocation)
    return others
  }

  /// Closes both hosts: no call was given up, and nothing was done that a driver may not do.
  func close(sourceLocation: Testing.SourceLocation = #_sourceLocation) async {
    for side in [here, there] {
      let misuses = side.host.statistics.drivers[side.type]?.misuses ?? 0
      #expect(misuses == 0, sourceLocation: sourceLocation)
      #expect(await side.host.close().isClean, sourceLocation: sourceLocation)
    }
  }
}

/// A host that has one driver.
struct TrialHost {
  let host: Host
  let type: String
  let lines = Locked<[String]>([])

  init(
    _ path: String,
    type: String,
    change: (inout HostConfiguration) -> Void = { _ in }
  ) throws {
    self.type = type
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    configuration.logLevel = .trace
    configuration.log = { [lines] entry in
      lines.with {
        $0.append("\(entry.level) \(entry.execution != nil) \(entry.message)")
      }
    }
    change(&configuration)
    host = try Host(configuration)
  }

  func call(
    _ action: String? = nil,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    change(&options)
    return try await host.connect(type: type, inputs, options: options)
  }

  func outcome(
    _ action: String? = nil,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async -> Outcome {
    let progress = Locked<Progress?>(nil)
    do {
      let result = try await call(action, inputs, timeout: timeout) { options in
        options.onProgress = { news in progress.with { $0 = news } }
        change(&options)
      }
      return Outcome(
        outputs: result.outputs,
        secretOutputs: result.secretOutputs,
        progress: progress.with { $0 }
      )
    } catch {
      return Outcome(
        outputs: error.outputs,
        secretOutputs: error.secretOutputs,
        progress: progress.with { $0 },
        failure: .init(error)
      )
    }
  }
}

/// What a caller sees of a call.
struct Outcome: Equatable {
  /// All that an error says of the call, and nothing of which call it was.
  struct Failure: Equatable {
    let code: HostError.Code
    let message: String
    let detail: String?
    let pointer: JSONPointer?
    let isRetryable: Bool
    let retryAfter: Duration?
    let status: Int32?
    let vendorCode: Int64?
    let vendorState: String?
    let details: Value?

    init(_ error: HostError) {
      code = error.code
      message = error.message
      detail = error.detail
      pointer = error.pointer
      isRetryable = error.isRetryable
      retryAfter = error.retryAfter
      status = error.status
      vendorCode = error.vendorCode
      vendorState = error.vendorState
      details = error.details
    }
  }

  var outputs: ValueMap
  var secretOutputs: [JSONPointer]
  /// The newest.
  var progress: Progress?
  var failure: Failure?
}
