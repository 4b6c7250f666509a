internal import CCurl
internal import CurlKit
internal import DriverKit

/// The action `test`: one request, told as steps.
extension Exchange {
  private enum Outcome: String {
    case passed, failed, skipped
  }

  private struct Step {
    var name: String
    var outcome: Outcome
    var seconds = 0.0
    var message: String
    var hint = ""

    var output: OutputValue {
      [
        "name": .string(name), "outcome": .string(outcome.rawValue), "seconds": .double(seconds),
        "message": .string(message), "hint": .string(hint),
      ]
    }
  }

  /// Ends the call with the steps, when all is known that there is to know.
  func endTest(_ failure: Failure?) {
    let cause = failure.map { explanation(of: $0) }
    // That is wrong with the inputs, not with the way to the server.
    if let cause, cause.code == .invalidInput || cause.code == .cancelled {
      fail(cause.error)
      return
    }
    let certificates = handle?.transfer.easy.certificates() ?? []
    let isRefused = cause?.vendorCode == Int64(CURLE_PEER_FAILED_VERIFICATION.rawValue)
    if isRefused, certificates.isEmpty {
      do throws(CurlError) {
        certificateProbe = try CertificateProbe(self) { [self] in
          certificateProbe = nil
          finishTest(cause, $0)
        }
        return
      } catch {
        // The steps are what counts; there are just no certificates to show.
      }
    }
    finishTest(cause, certificates)
  }

  /// That a step failed is the test's result, not the test's failure.
  private func finishTest(_ cause: Explanation?, _ certificates: [[String]]) {
    let chain = certificates.map { ServerCertificate($0) }
    let steps = steps(cause, chain.first)
    do throws(DriverError) {
      try call.output("steps", .list(steps.map(\.output)))
      let status = handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0
      try call.output("status_code", status == 0 ? .null : .int(Int64(status)))
      try call.output("certificate", shown(chain.first?.output ?? .null))
      try call.output("certificate_chain", shown(.list(chain.map(\.output))))
      giveBackHandle()
      call.succeed()
    } catch {
      fail(error)
    }
  }

  /// Certificates name the server, which may be a secret.
  private func shown(_ output: OutputValue) -> OutputValue {
    inputs.url.isSecret ? .secret(output) : output
  }

  // MARK: - Steps

  private func steps(_ cause: Explanation?, _ certificate: ServerCertificate?) -> [Step] {
    var steps: [Step] = []
    var isOpen = true
    func add(_ step: @autoclosure () -> Step, named name: String) {
      if isOpen {
        let step = step()
        steps.append(step)
        if step.outcome == .failed { isOpen = false }
      } else {
        steps.append(Step(name: name, outcome: .skipped, message: "not reached"))
      }
    }
    add(resolveStep(cause), named: "resolve")
    add(connectStep(cause), named: "connect")
    add(tlsStep(cause, certificate), named: "tls")
    if let cause, !hasAnswer {
      // Connected, but no answer came: it is the request that failed.
      steps.append(Step(name: "authenticate", outcome: .skipped, message: "not reached"))
      if isOpen {
        steps.append(failed("request", cause))
      } else {
        steps.append(Step(name: "request", outcome: .skipped, message: "not reached"))
      }
      return steps
    }
    add(authenticateStep(), named: "authenticate")
    add(requestStep(cause), named: "request")
    return steps
  }

  private func seconds(_ info: CURLINFO) -> Double {
    Double(handle?.transfer.easy.offset(info) ?? 0) / 1e6
  }

  private var hasAnswer: Bool {
    (handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0) > 0
  }

  private func failed(_ name: String, _ cause: Explanation, seconds: Double = 0) -> Step {
    Step(
      name: name,
      outcome: .failed,
      seconds: seconds,
      message: cause.what,
      hint: cause.cure
    )
  }

  private func resolveStep(_ cause: Explanation?) -> Step {
    let time = Timing.seconds(lookUpTime)
    if let cause, cause.stage == .resolve {
      return failed("resolve", cause, seconds: time)
    }
    if addresses.isEmpty {
      return Step(
        name: "resolve",
        outcome: .skipped,
        message: inputs.url.authority.isNumeric
          ? "the host is an address already" : "the name is that of this machine"
      )
    }
    let list = inputs.url.isSecret ? "\(addresses.count) found" : addresses.joined(separator: ", ")
    return Step(name: "resolve", outcome: .passed, seconds: time, message: "addresses: \(list)")
  }

  private func connectStep(_ cause: Explanation?) -> Step {
    let connected = seconds(CURLINFO_CONNECT_TIME_T)
    if let cause, cause.stage == .connect {
      return failed("connect", cause, seconds: seconds(CURLINFO_TOTAL_TIME_T))
    }
    let address = handle?.transfer.easy.text(CURLINFO_PRIMARY_IP) ?? ""
    return Step(
      name: "connect",
      outcome: .passed,
      seconds: Timing.rounded(max(0, connected - seconds(CURLINFO_NAMELOOKUP_TIME_T))),
      message: inputs.url.isSecret
        ? "connected" : "connected to \(address) port \(inputs.url.authority.port)"
    )
  }

  private func tlsStep(_ cause: Explanation?, _ certificate: ServerCertificate?) -> Step {
    guard inputs.url.authority.isEncrypted else {
      return Step(name: "tls", outcome: .skipped, message: "the address is not encrypted (http)")
    }
    if let cause, cause.stage == .tls {
      return failed("tls", cause, seconds: seconds(CURLINFO_TOTAL_TIME_T))
    }
    let time = Timing.rounded(
      max(0, seconds(CURLINFO_APPCONNECT_TIME_T) - seconds(CURLINFO_CONNECT_TIME_T))
    )
    let message =
      if let certificate, !inputs.url.isSecret {
        "the certificate of \(certificate.subject) is valid until \(certificate.validUntil)"
      } else {
        "the server's certificate is trusted"
      }
    var step = Step(name: "tls", outcome: .passed, seconds: time, message: message)
    if !inputs.tls.verifies {
      step.message = "encrypted, but the certificate was not verified"
      step.hint = "set tls.verify to true"
    }
    return step
  }

  private func authenticateStep() -> Step {
    guard inputs.authentication != .none else {
      return Step(name: "authenticate", outcome: .skipped, message: "no credentials are given")
    }
    let status = handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0
    if status == 401 {
      return Step(
        name: "authenticate",
        outcome: .failed,
        message: "the server does not accept the credentials (401)",
        hint: "check authentication"
      )
    }
    return Step(
      name: "authenticate",
      outcome: .passed,
      message: "the server did not refuse the credentials"
    )
  }

  private func requestStep(_ cause: Explanation?) -> Step {
    let status = handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0
    let time = Timing.rounded(
      max(0, seconds(CURLINFO_TOTAL_TIME_T) - seconds(CURLINFO_PRETRANSFER_TIME_T))
    )
    if let cause { return failed("request", cause, seconds: time) }
    let answer = "\(inputs.method) answered \(Exchange.name(status))"
    // A redirect is followed by a request. A server need not know the method that replaces another one:
    // that it says so is an answer.
    let isFine =
      inputs.expected.contains(status) || (200..<400).contains(status)
      || isReplaced && [405, 501].contains(status)
    return Step(
      name: "request",
      outcome: isFine ? .passed : .failed,
      seconds: time,
      message: answer,
      hint: isFine ? "" : "check the address, the path and what the server asks for"
    )
  }
}
