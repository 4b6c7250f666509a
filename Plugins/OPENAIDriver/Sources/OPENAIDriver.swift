public import DriverKit
internal import HTTPKit

/// The driver of the connector type OPENAI: language models behind OpenAI's HTTP interface.
///
/// One instance lives on each loop, and thousands of requests on each instance.
public final class OPENAIDriver: NonblockingDriver {
  private let client: HTTPClient

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    client = try HTTPClient(context, loop: loop)
  }

  deinit { client.close() }

  /// Begins a request, a test, or a list of the models.
  public func start(_ call: Call) {
    do throws(DriverError) {
      switch call.action {
      case "run":
        let isStreamed = call.isWanted(Outlet.text) || call.isWanted(Outlet.events)
        let inputs = try OPENAIInputs(call.inputs, isStreamed: isStreamed)
        RunCall(client, call, inputs).begin()
      case "models":
        RunCall(client, call, try OPENAIInputs(listing: call.inputs)).begin()
      case "test":
        try ModelsTest.make(client, call, try OPENAIInputs(listing: call.inputs)).begin()
      default: throw DriverError(.unsupported, "the driver does not know this action")
      }
    } catch {
      call.fail(error)
    }
  }
}
