import CDriverHost
import DriverABI
import DriverHost

/// A result, an error or a document, and all that was made of it for the engine, which lives as
/// long as this.
@safe
final class Answer: @unchecked Sendable {
  // `@unchecked` because what is made is made between lock and unlock of `monitor`, and stays as it
  // is.

  /// What it holds.
  enum Content: Sendable {
    case result(ConnectionResult)
    case failure(HostError)
    case document(Value)
  }

  private let content: Content
  private let monitor = Monitor()
  private let memory = ABIMemory()
  private var root: UnsafePointer<dh_value_v1>?
  private var outputs: [String: UnsafePointer<dh_value_v1>] = unsafe [:]
  private var texts: [UInt32: dh_text_v1] = unsafe [:]
  private var resultPlace: UnsafePointer<dh_result_v1>?
  private var failurePlace: UnsafePointer<dh_failure_v1>?
  private var inputSecretsPlace: dh_texts_v1?

  init(_ content: Content) { self.content = content }

  /// What a message calls it.
  var kind: String {
    switch content {
    case .result: "a result"
    case .failure: "an error"
    case .document: "a document"
    }
  }

  private var value: Value {
    switch content {
    case .result(let result): .map(result.outputs)
    case .failure(let error): .map(error.outputs)
    case .document(let value): value
    }
  }

  private var secrets: [JSONPointer] {
    switch content {
    case .result(let result): result.secretOutputs
    case .failure(let error): error.secretOutputs
    case .document: []
    }
  }

  /// Makes what an error says, while it can be made.
  func prepare() { _ = unsafe failure }

  /// All of it as a tree.
  var tree: UnsafePointer<dh_value_v1> {
    unsafe locked {
      if let root = unsafe root { return unsafe root }
      let made = unsafe memory.tree(value, secrets: secrets)
      unsafe root = unsafe made
      return unsafe made
    }
  }

  /// One member of it.
  func output(_ name: String) -> UnsafePointer<dh_value_v1>? {
    unsafe locked {
      if let made = unsafe outputs[name] { return unsafe made }
      guard case .map(let members) = value.resolved, let member = members[name] else { return nil }
      let inside = secrets.filter { $0.tokens.first == name }
        .map { JSONPointer(Array($0.tokens.dropFirst())) }
      let made = unsafe memory.tree(member, secrets: inside)
      unsafe outputs[name] = unsafe made
      return unsafe made
    }
  }

  /// All of it as JSON.
  ///
  /// - Parameter flags: Of the header; those that are not known were refused.
  /// - Returns: The text, which lives as long as this.
  func json(_ flags: UInt32) -> dh_text_v1 {
    unsafe locked {
      if let made = unsafe texts[flags] { return unsafe made }
      var shown = value
      if flags & DH_JSON_WITH_SECRETS == 0, case .map(let members) = shown {
        shown = .map(members.masking(secrets))
      }
      let text = JSON.text(
        shown,
        pretty: flags & DH_JSON_PRETTY != 0,
        decimals: flags & DH_JSON_DECIMAL_NUMBERS != 0 ? .number : .string
      )
      let made = unsafe memory.text(text)
      unsafe texts[flags] = unsafe made
      return unsafe made
    }
  }

  /// How a call went; nil unless this is a result.
  var result: UnsafePointer<dh_result_v1>? {
    guard case .result(let result) = content else { return nil }
    return unsafe locked {
      if let resultPlace = unsafe resultPlace { return unsafe resultPlace }
      let made = unsafe memory.result(result)
      unsafe resultPlace = unsafe made
      return unsafe made
    }
  }

  /// What went wrong; nil unless this is an error.
  var failure: UnsafePointer<dh_failure_v1>? {
    guard case .failure(let error) = content else { return nil }
    return unsafe locked {
      if let failurePlace = unsafe failurePlace { return unsafe failurePlace }
      let made = unsafe memory.failure(error)
      unsafe failurePlace = unsafe made
      return unsafe made
    }
  }

  /// The secrets among the inputs of the call.
  var inputSecrets: dh_texts_v1 {
    unsafe locked {
      if let inputSecretsPlace = unsafe inputSecretsPlace { return unsafe inputSecretsPlace }
      let secrets =
        switch content {
        case .result(let result): result.inputSecrets
        case .failure(let error): error.inputSecrets
        case .document: [String]()
        }
      let texts = unsafe memory.array(secrets.map { unsafe memory.text($0) })
      let made = unsafe dh_texts_v1(texts: texts, count: secrets.count)
      unsafe inputSecretsPlace = unsafe made
      return unsafe made
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    monitor.lock()
    defer { monitor.unlock() }
    return body()
  }
}
