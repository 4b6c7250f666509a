package import CurlKit
package import DriverKit

/// One request for several who wait for what comes of it.
package final class SharedFetch<Output>: ExchangeOwner {
  package typealias Answer = Result<Output, DriverError>

  private var waiters: [(id: Int, receive: (Answer) -> Void)] = []
  private var received: ((Answer) -> Void)?
  private let exchange: Exchange
  private let read: (Exchange) throws(DriverError) -> Output

  /// A request that has not begun.
  ///
  /// - Parameters:
  ///   - client: What it shares with others of its loop.
  ///   - request: What is asked for.
  ///   - read: Makes of an answer, whatever its status, what is waited for.
  package init(
    _ client: HTTPClient,
    _ request: HTTPRequest,
    _ read: @escaping (Exchange) throws(DriverError) -> Output
  ) {
    exchange = Exchange(client, request, for: nil)
    self.read = read
  }

  /// Whether it goes the same way as another request: only then it is as good as one's own.
  package func isLike(_ request: HTTPRequest) -> Bool {
    exchange.request.tls == request.tls && exchange.request.network == request.network
  }

  /// Has somebody wait; `receive` runs later, unless it is cancelled.
  package func wait(_ id: Int, _ receive: @escaping (Answer) -> Void) {
    waiters.append((id, receive))
  }

  /// Whether somebody waits.
  package func isFor(_ id: Int) -> Bool { waiters.contains { $0.id == id } }

  /// Whether nobody waits.
  package var isForNobody: Bool { waiters.isEmpty }

  /// Takes back that somebody waits.
  package func cancel(_ id: Int) { waiters.removeAll { $0.id == id } }

  /// Begins; `received` runs before those who wait are told.
  package func begin(_ received: @escaping (Answer) -> Void) {
    self.received = received
    exchange.begin(self)
  }

  /// Ends it, and nobody hears of it.
  package func end() {
    received = nil
    waiters = []
    exchange.end()
  }

  package func destination(of exchange: Exchange, status: Int) -> Exchange.Destination {
    .collected
  }

  package func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking {
    .refused
  }

  package func ended(_ exchange: Exchange, _ failure: Failure?) {
    let answer = answer(failure)
    exchange.end()
    let (received, waiters) = (self.received, self.waiters)
    self.received = nil
    self.waiters = []
    received?(answer)
    for waiter in waiters { waiter.receive(answer) }
  }

  private func answer(_ failure: Failure?) -> Answer {
    if let failure { return .failure(exchange.explanation(of: failure).error) }
    do throws(DriverError) {
      return .success(try read(exchange))
    } catch {
      return .failure(error)
    }
  }
}
