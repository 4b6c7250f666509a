public import DriverKit
internal import HTTPKit

/// The driver of the connector type VAULT: secrets behind HashiCorp Vault's HTTP API, in Vault, OpenBao or any other
/// server that has it.
///
/// One instance lives on each loop, and thousands of requests on each instance.
public final class VAULTDriver: NonblockingDriver {
  private let vault: Vault

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    vault = Vault(try HTTPClient(context, loop: loop))
  }

  deinit { vault.close() }

  /// Begins what an action asks for.
  public func start(_ call: Call) {
    do throws(DriverError) {
      let inputs = try VaultInputs(call.inputs)
      switch call.action {
      case "request":
        RequestCall(vault, call, inputs, try RequestInputs(call.inputs, inputs)).begin()
      case "mounts": MountsCall(vault, call, inputs).begin()
      case "test":
        try VaultTest(vault, call, inputs, try SecretPath(optional: call.inputs)).begin()
      default:
        guard let action = SecretAction(rawValue: call.action) else {
          throw DriverError(.unsupported, "the driver does not know this action")
        }
        SecretCall(vault, call, inputs, try SecretInputs(call.inputs, action)).begin()
      }
    } catch {
      call.fail(error)
    }
  }
}

/// What the calls of one loop share: connections, tokens, and what is known of engines.
final class Vault {
  let client: HTTPClient
  let tokens: TokenStore
  let engines = EngineVersions()

  init(_ client: HTTPClient) {
    self.client = client
    tokens = TokenStore(client)
  }

  /// Ends what goes on without a call.
  func close() {
    tokens.end()
    client.close()
  }
}
