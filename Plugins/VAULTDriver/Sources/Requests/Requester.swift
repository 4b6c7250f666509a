internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The requests of one call, one after another: each with a token, once more with another one where the server
/// refuses it, and with a look at the seal where the server cannot answer.
final class Requester: ExchangeOwner {
  typealias Receive = (Result<VaultAnswer, DriverError>) -> Void

  let vault: Vault
  let inputs: VaultInputs
  /// How many tokens are tried at most, each because the one before was not known any more.
  private static let mostTokens = 3

  private let call: Call
  private let began = monotonicNanoseconds()
  private var exchange: Exchange?
  /// What the exchange is to be told to.
  private var receiveExchange: ((Exchange, Failure?) -> Void)?
  private var tokenRequest: Int?
  private var timer: LoopTimer?

  init(_ vault: Vault, _ inputs: VaultInputs, for call: Call) {
    self.vault = vault
    self.inputs = inputs
    self.call = call
  }

  /// What messages call the server.
  var server: String { exchange?.server ?? "the server" }

  /// Takes everything back that is under way.
  func end() {
    if let tokenRequest { vault.tokens.cancel(tokenRequest, inputs) }
    tokenRequest = nil
    timer = nil
    exchange?.end()
    receiveExchange = nil
  }

  /// Sends a request as who the inputs say; `receive` runs later, or in here, unless this is ended.
  func send(_ request: HTTPRequest, _ receive: @escaping Receive) {
    attempt(request, 1, receive)
  }

  // MARK: - With a token

  /// Gets a token, which is the one of that number from 1, and sends the request with it.
  private func attempt(_ request: HTTPRequest, _ number: Int, _ receive: @escaping Receive) {
    getToken { [self] answer in
      switch answer {
      case .failure(let error):
        if error.status == 503 {
          lookAtSeal(otherwise: error, receive)
        } else {
          receive(.failure(error))
        }
      case .success(let token): attempt(request, token, number, receive)
      }
    }
  }

  private func attempt(
    _ request: HTTPRequest,
    _ token: VaultToken,
    _ number: Int,
    _ receive: @escaping Receive
  ) {
    var authenticated = request
    do throws(DriverError) {
      try authenticated.headers.appendToken(token.value)
      try authenticated.addTrace(of: call)
      try authenticated.checkSize()
    } catch {
      receive(.failure(error))
      return
    }
    exchange(authenticated) { [self] exchange, failure in
      if let failure {
        receive(.failure(exchange.explanation(of: failure).error))
        return
      }
      let answer = VaultAnswer(exchange)
      switch answer.status {
      case 403: refused(request, token, number, answer, receive)
      case 503:
        let error = VaultFailure.passing(
          answer,
          during: "the request",
          server: exchange.server,
          isRepeatable: exchange.request.isIdempotent
        )
        lookAtSeal(otherwise: error, receive)
      default:
        if answer.isFine || answer.status == 404 { vault.tokens.accept(inputs) }
        receive(.success(answer))
      }
    }
  }

  /// Tries another token in the place of one that is refused, if there is another one.
  private func refused(
    _ request: HTTPRequest,
    _ token: VaultToken,
    _ number: Int,
    _ answer: VaultAnswer,
    _ receive: @escaping Receive
  ) {
    guard number == 1 || inputs.login.isRepeatable, number < Requester.mostTokens else {
      receive(.success(answer))
      return
    }
    do throws(DriverError) {
      // A second one is refused by the policies, unless it has ended in this moment.
      switch try number == 1 ? vault.tokens.refuse(token, inputs) : .unclear {
      case .another: attempt(request, number + 1, receive)
      case .final: receive(.success(answer))
      case .unclear:
        exchange(try TokenRequests.lookUp(inputs, of: token.value)) { [self] exchange, failure in
          guard failure == nil, exchange.status == 403 else {
            vault.tokens.doubt(token, inputs)
            receive(.success(answer))
            return
          }
          vault.tokens.forget(token, inputs)
          attempt(request, number + 1, receive)
        }
      }
    } catch {
      receive(.failure(error))
    }
  }

  private func getToken(_ receive: @escaping (TokenStore.Answer) -> Void) {
    do throws(DriverError) {
      if let token = try vault.tokens.known(inputs) {
        receive(.success(token))
        return
      }
      tokenRequest = try vault.tokens.logIn(inputs) { [self] answer in
        tokenRequest = nil
        timer = nil
        receive(answer)
      }
      try limitWait(receive)
    } catch {
      receive(.failure(error))
    }
  }

  /// Waits for the log-in only as long as there is time for all.
  private func limitWait(_ receive: @escaping (TokenStore.Answer) -> Void) throws(DriverError) {
    let total = inputs.totalTimeout
    guard total > 0 else { return }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    let timer = vault.client.loop.timer { [self] in
      if let tokenRequest { vault.tokens.cancel(tokenRequest, inputs) }
      tokenRequest = nil
      self.timer = nil
      receive(
        .failure(
          DriverError(
            .timedOut,
            "the log-in took longer than total_timeout (\(Double(total) / 1000) s): raise it if the server is slow, else check that it can be reached",
            pointer: "/total_timeout",
            isRetryable: true
          )
        )
      )
    }
    try timer.arm(afterNanoseconds: UInt64(max(1, total - spent)) * 1_000_000)
    self.timer = timer
  }

  // MARK: - The seal

  /// Asks a server that is not available whether it is sealed: others say so with the same status.
  private func lookAtSeal(otherwise error: DriverError, _ receive: @escaping Receive) {
    do throws(DriverError) {
      var request = try inputs.request("GET", "sys/seal-status")
      // The seal is that of all namespaces.
      request.headers.drop(["x-vault-namespace"])
      exchange(request) { exchange, failure in
        let answer = failure == nil ? VaultAnswer(exchange) : nil
        let isSealed = answer?.document?.scalar("/sealed") == "true"
        receive(.failure(isSealed ? VaultFailure.sealed(exchange.server) : error))
      }
    } catch {
      receive(.failure(error))
    }
  }

  // MARK: - Exchanges

  private func exchange(
    _ request: HTTPRequest,
    _ receive: @escaping (Exchange, Failure?) -> Void
  ) {
    exchange?.end()
    let exchange = Exchange(vault.client, request, for: call, began: began)
    self.exchange = exchange
    receiveExchange = receive
    exchange.begin(self)
  }

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination { .collected }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking { .refused }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    guard exchange === self.exchange, let receive = receiveExchange else { return }
    receiveExchange = nil
    receive(exchange, failure)
  }
}
