/// What benchmarks look at and nobody else needs.
@_spi(Benchmarks)
extension Host {
  /// One call of a driver, ready to be made again and again.
  public struct PreparedCall: Sendable {
    let runtime: DriverRuntime
    let request: CallRequest

    /// Makes the call, and waits for its end: the dispatch alone, without looking at the inputs again.
    public func dispatch() async throws(HostError) {
      if let error = try await runtime.run(request).error { throw error }
    }
  }

  /// A call with complete inputs.
  public func prepareCall(
    type: String,
    action: String,
    _ inputs: ValueMap
  ) async throws(HostError) -> PreparedCall {
    let driver = try await core.prepare(type, deadline: nil)
    var options = CallOptions()
    options.action = action
    let connection = try driver.connection(
      CallInputs(inputs, locations: nil),
      options,
      of: core,
      since: .now,
      execution: UUID.makeV7()
    )
    return PreparedCall(runtime: driver.runtime, request: connection.request)
  }
}
