import DriverHost

/// One call as `Work` has it.
struct ExecutionTask: Work.Task {
  let execution: Execution

  var id: String? { execution.id }

  func start(on executor: CallExecutor, _ tell: @escaping @Sendable (Work.End) -> Void) {
    execution.onEnd { outcome in
      switch outcome {
      case .success(let result):
        tell(Work.End(status: 3, answer: Answer(.result(result)), isFailure: false))
      case .failure(let error):
        let status: Int32 = error.code == .cancelled ? 5 : 4
        tell(Work.End(status: status, answer: Answer(.failure(error)), isFailure: true))
      }
    }
    execution.start(on: executor)
  }

  func cancel() { execution.cancel() }
}
