public import DriverKit
internal import HTTPKit

/// The driver of the connector type REST: HTTP on libcurl's multi interface and the host's loop.
///
/// One instance lives on each loop, and thousands of requests on each instance.
public final class RESTDriver: NonblockingDriver {
  private let client: HTTPClient

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    client = try HTTPClient(context, loop: loop)
  }

  deinit { client.close() }

  /// Begins what is asked for.
  public func start(_ call: Call) {
    do throws(DriverError) {
      guard let action = Action(rawValue: call.action) else {
        throw DriverError(.unsupported, "the driver does not know this action")
      }
      let upload = action == .request ? try RequestBody.upload(of: call) : nil
      let inputs = try RESTInputs(
        call.inputs,
        memory: client.memory,
        upload: upload,
        execution: call.execution,
        isTest: action != .request
      )
      try begin(action, call, inputs)
    } catch {
      call.fail(error)
    }
  }

  /// What the descriptor lists.
  private enum Action: String {
    case request, test, openapi, headers, curl
  }

  private func begin(_ action: Action, _ call: Call, _ inputs: RESTInputs) throws(DriverError) {
    switch action {
    case .request:
      if let pagination = inputs.pagination {
        try PagedCall(client, call, inputs, pagination).begin()
      } else {
        RequestCall(client, call, inputs).begin()
      }
    case .test:
      ConnectionTest(client, inputs.request, for: call, expected: inputs.expected).begin()
    case .openapi: try OpenAPICall(client, call, inputs).begin()
    case .headers: try HeadersCall(client, call, inputs).begin()
    case .curl:
      try call.output("command", .string(CurlCommand(inputs, given: call.inputs).text))
      call.succeed()
    }
  }
}
