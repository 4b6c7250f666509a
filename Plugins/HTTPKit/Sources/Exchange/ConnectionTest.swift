internal import CCurl
package import CurlKit
package import DriverKit

/// The action `test`: one request that changes nothing, told as steps.
package final class ConnectionTest: ExchangeOwner {
  /// What a step that looks into the answer has found.
  package struct Finding {
    package var isFine: Bool
    package var message: String
    /// What to do about it; empty where there is nothing to do.
    package var hint: String

    package init(isFine: Bool, _ message: String, hint: String = "") {
      (self.isFine, self.message, self.hint) = (isFine, message, hint)
    }
  }

  /// One step more, which looks into the body of an expected answer; nil: the body is not read.
  package var bodyStep: (name: String, look: (Span<UInt8>) -> Finding)?
  /// The input that the credentials stand in, for hints.
  package var credentialsInput = "authentication"
  /// Steps behind all these, found out by requests of one's own; nil: there are none.
  package var further: (any FurtherSteps)?

  private let call: Call
  private let exchange: Exchange
  private let expected: StatusSet
  /// Whether the method is not the one that was asked for, but one that changes nothing.
  private let isReplaced: Bool
  /// What fetches the certificates of a server that is not trusted.
  private var certificateProbe: CertificateProbe?

  /// A test that has not begun.
  ///
  /// - Parameters:
  ///   - client: What it shares with others of its loop.
  ///   - request: What a call would ask for.
  ///   - call: Ends with the steps.
  ///   - expected: The statuses that are a success.
  package init(
    _ client: HTTPClient,
    _ request: HTTPRequest,
    for call: Call,
    expected: StatusSet
  ) {
    self.call = call
    self.expected = expected
    var harmless = request.harmless
    harmless.followsRedirects = false
    isReplaced = request.method != harmless.method
    exchange = Exchange(client, harmless, for: call)
    exchange.isTest = true
  }

  /// Begins; the call ends later, or in here.
  package func begin() {
    call.onStop(on: exchange.client.loop) { [self] in
      let reason = call.stop ?? .cancelled
      end()
      call.fail(reason.error)
    }
    do throws(DriverError) {
      try exchange.request.addTrace(of: call)
      exchange.begin(self)
    } catch {
      fail(error)
    }
  }

  package func destination(of exchange: Exchange, status: Int) -> Exchange.Destination {
    bodyStep != nil && expected.contains(status) ? .collected : .unwanted
  }

  package func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking {
    .refused
  }

  /// Ends the call with the steps, when all is known that there is to know.
  package func ended(_ exchange: Exchange, _ failure: Failure?) {
    let cause = failure.map { exchange.explanation(of: $0) }
    // That is wrong with the inputs, not with the way to the server.
    if let cause, cause.code == .invalidInput || cause.code == .cancelled {
      fail(cause.error)
      return
    }
    let certificates = exchange.handle?.transfer.easy.certificates() ?? []
    let isRefused = cause?.vendorCode == Int64(CURLE_PEER_FAILED_VERIFICATION.rawValue)
    if isRefused, certificates.isEmpty {
      do throws(CurlError) {
        certificateProbe = try CertificateProbe(exchange) { [self] in
          certificateProbe = nil
          finish(cause, $0)
        }
        return
      } catch {
        // The steps are what counts; there are just no certificates to show.
      }
    }
    finish(cause, certificates)
  }

  private func end() {
    further?.end()
    certificateProbe?.stop()
    certificateProbe = nil
    exchange.end()
  }

  private func fail(_ error: DriverError) {
    end()
    call.fail(error)
  }

  private func finish(_ cause: Explanation?, _ certificates: [[String]]) {
    let chain = certificates.map { ServerCertificate($0) }
    let steps = steps(cause, chain.first)
    guard let further else {
      putOut(steps, chain)
      return
    }
    guard !steps.contains(where: { $0.outcome == .failed }) else {
      putOut(steps + further.names.map { .notReached($0) }, chain)
      return
    }
    further.run { [self] more in putOut(steps + more, chain) }
  }

  /// Ends the call with its steps: that one failed is the test's result, not the test's failure.
  private func putOut(_ steps: [TestStep], _ chain: [ServerCertificate]) {
    do throws(DriverError) {
      try call.output("steps", .list(steps.map(\.output)))
      let status = exchange.status
      try call.output("status_code", status == 0 ? .null : .int(Int64(status)))
      try call.output("certificate", shown(chain.first?.output ?? .null))
      try call.output("certificate_chain", shown(.list(chain.map(\.output))))
      end()
      call.succeed()
    } catch {
      fail(error)
    }
  }

  /// Certificates name the server, which may be a secret.
  private func shown(_ output: OutputValue) -> OutputValue {
    exchange.request.url.isSecret ? .secret(output) : output
  }

  // MARK: - Steps

  private func steps(_ cause: Explanation?, _ certificate: ServerCertificate?) -> [TestStep] {
    if let cause, cause.stage == .token { return tokenSteps(cause) }
    var steps: [TestStep] = []
    var isOpen = true
    func add(_ step: @autoclosure () -> TestStep, named name: String) {
      if isOpen {
        let step = step()
        steps.append(step)
        if step.outcome == .failed { isOpen = false }
      } else {
        steps.append(.notReached(name))
      }
    }
    add(resolveStep(cause), named: "resolve")
    add(connectStep(cause), named: "connect")
    add(tlsStep(cause, certificate), named: "tls")
    if let cause, !hasAnswer {
      // Connected, but no answer came: it is the request that failed.
      if further == nil { steps.append(.notReached("authenticate")) }
      steps.append(isOpen ? failed("request", cause) : .notReached("request"))
      isOpen = false
    } else {
      // Where more steps come, nobody has said who asks so far.
      if further == nil { add(authenticateStep(), named: "authenticate") }
      add(requestStep(cause), named: "request")
    }
    if let bodyStep { add(self.step(bodyStep), named: bodyStep.name) }
    return steps
  }

  /// The steps where there is no token, without which the server is not asked.
  private func tokenSteps(_ cause: Explanation) -> [TestStep] {
    ["resolve", "connect", "tls", "authenticate", "request"].map { name in
      name == "authenticate" ? failed(name, cause) : .notReached(name)
    }
  }

  private func seconds(_ info: CURLINFO) -> Double {
    Double(exchange.handle?.transfer.easy.offset(info) ?? 0) / 1e6
  }

  private var hasAnswer: Bool { exchange.status > 0 }

  private func failed(_ name: String, _ cause: Explanation, seconds: Double = 0) -> TestStep {
    TestStep(
      name: name,
      outcome: .failed,
      seconds: seconds,
      message: cause.what,
      hint: cause.cure
    )
  }

  private func resolveStep(_ cause: Explanation?) -> TestStep {
    let time = Timing.seconds(exchange.lookUpTime)
    if let cause, cause.stage == .resolve {
      return failed("resolve", cause, seconds: time)
    }
    if exchange.addresses.isEmpty {
      return TestStep(
        name: "resolve",
        outcome: .skipped,
        message: exchange.request.url.authority.isNumeric
          ? "the host is an address already" : "the name is that of this machine"
      )
    }
    let list =
      exchange.request.url.isSecret
      ? "\(exchange.addresses.count) found" : exchange.addresses.joined(separator: ", ")
    return TestStep(name: "resolve", outcome: .passed, seconds: time, message: "addresses: \(list)")
  }

  private func connectStep(_ cause: Explanation?) -> TestStep {
    let connected = seconds(CURLINFO_CONNECT_TIME_T)
    if let cause, cause.stage == .connect {
      return failed("connect", cause, seconds: seconds(CURLINFO_TOTAL_TIME_T))
    }
    let address = exchange.handle?.transfer.easy.text(CURLINFO_PRIMARY_IP) ?? ""
    return TestStep(
      name: "connect",
      outcome: .passed,
      seconds: Timing.rounded(max(0, connected - seconds(CURLINFO_NAMELOOKUP_TIME_T))),
      message: exchange.request.url.isSecret
        ? "connected" : "connected to \(address) port \(exchange.request.url.authority.port)"
    )
  }

  private func tlsStep(_ cause: Explanation?, _ certificate: ServerCertificate?) -> TestStep {
    guard exchange.request.url.authority.isEncrypted else {
      return TestStep(
        name: "tls",
        outcome: .skipped,
        message: "the address is not encrypted (http)"
      )
    }
    if let cause, cause.stage == .tls {
      return failed("tls", cause, seconds: seconds(CURLINFO_TOTAL_TIME_T))
    }
    let time = Timing.rounded(
      max(0, seconds(CURLINFO_APPCONNECT_TIME_T) - seconds(CURLINFO_CONNECT_TIME_T))
    )
    let message =
      if let certificate, !exchange.request.url.isSecret {
        "the certificate of \(certificate.subject) is valid until \(certificate.validUntil)"
      } else {
        "the server's certificate is trusted"
      }
    var step = TestStep(name: "tls", outcome: .passed, seconds: time, message: message)
    if !exchange.request.tls.verifies {
      step.message = "encrypted, but the certificate was not verified"
      step.hint = "set tls.verify to true"
    }
    return step
  }

  private func authenticateStep() -> TestStep {
    guard exchange.request.authentication != .none else {
      return TestStep(name: "authenticate", outcome: .skipped, message: "no credentials are given")
    }
    let status = exchange.status
    if status == 401 {
      return TestStep(
        name: "authenticate",
        outcome: .failed,
        message: "the server does not accept the credentials (401)",
        hint: "check \(credentialsInput)"
      )
    }
    return TestStep(
      name: "authenticate",
      outcome: .passed,
      message: "the server did not refuse the credentials"
    )
  }

  private func step(_ bodyStep: (name: String, look: (Span<UInt8>) -> Finding)) -> TestStep {
    let found = exchange.handle?.body.withSpan { bodyStep.look($0) }
    return TestStep(
      name: bodyStep.name,
      outcome: found?.isFine == true ? .passed : .failed,
      message: found?.message ?? "there is no answer",
      hint: found?.hint ?? ""
    )
  }

  private func requestStep(_ cause: Explanation?) -> TestStep {
    let status = exchange.status
    let time = Timing.rounded(
      max(0, seconds(CURLINFO_TOTAL_TIME_T) - seconds(CURLINFO_PRETRANSFER_TIME_T))
    )
    if let cause { return failed("request", cause, seconds: time) }
    let answer = "\(exchange.request.method) answered \(StatusError.name(status))"
    // A redirect is followed by a request. A server need not know the method that replaces another one:
    // that it says so is an answer.
    let isFine =
      expected.contains(status) || (200..<400).contains(status)
      || isReplaced && [405, 501].contains(status)
    return TestStep(
      name: "request",
      outcome: isFine ? .passed : .failed,
      seconds: time,
      message: answer,
      hint: isFine ? "" : "check the address, the path and what the server asks for"
    )
  }
}
