internal import DriverKit
internal import HTTPKit

/// The action `request`: any path of the server.
final class RequestCall: VaultAction {
  private let request: RequestInputs

  init(_ vault: Vault, _ call: Call, _ inputs: VaultInputs, _ request: RequestInputs) {
    self.request = request
    super.init(vault, call, inputs)
  }

  override func run() throws(DriverError) {
    let request = request.request
    let what = "\(request.method) \(request.url.display)"
    var subject = VaultSubject(task: "ask \(what)", thing: "answer to \(what)")
    subject.isSecret = request.body != nil
    subject.isRepeatable = request.isIdempotent
    ask(request, subject) { [self] answer throws(DriverError) in
      try put(answer)
      succeed()
    }
  }

  override func put(refused answer: VaultAnswer) throws(DriverError) { try put(answer) }

  private func put(_ answer: VaultAnswer) throws(DriverError) {
    try call.output("status_code", .int(Int64(answer.status)))
    if let document = answer.document {
      guard try call.output("json", json: document.bytes.span, isSecret: true) else {
        throw DriverError(.protocolViolation, "the answer is a map that has a name twice")
      }
    } else if BodyText.isText(answer.rest.span) {
      if !answer.rest.isEmpty { try call.output("text", utf8: answer.rest.span, isSecret: true) }
    } else {
      try call.output("bytes", bytes: answer.rest.span, isSecret: true)
    }
  }
}
