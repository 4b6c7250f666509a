internal import DriverKit
internal import HTTPKit

/// The action `test`: the steps to the list of models, and what is in it.
enum ModelsTest {
  /// A test that has not begun.
  static func make(_ client: HTTPClient, _ call: Call, _ inputs: OPENAIInputs) throws(DriverError)
    -> ConnectionTest
  {
    let test = ConnectionTest(client, inputs.request, for: call, expected: StatusSet(200..<300))
    test.credentialsInput = "api_key, and that it belongs to the server of base_url"
    test.bodyStep = (name: "models", look: { look($0, model: inputs.model) })
    return test
  }

  private static func look(_ body: Span<UInt8>, model: String) -> ConnectionTest.Finding {
    let document = JSONDocument(body.indices.map { body[$0] })
    guard let models = document.flatMap({ Answers.models($0) }) else {
      return ConnectionTest.Finding(
        isFine: false,
        "the answer is no list of models",
        hint: "check base_url, whose path is often /v1"
      )
    }
    let count = "the key may use \(models.count) model\(models.count == 1 ? "" : "s")"
    if model.isEmpty { return ConnectionTest.Finding(isFine: true, count) }
    if models.contains(where: { $0.id == model }) {
      return ConnectionTest.Finding(isFine: true, "\(count), \(model) among them")
    }
    // Some servers have models that they do not list.
    return ConnectionTest.Finding(
      isFine: true,
      "\(count), and \(model) is not among them",
      hint: "check mode.model, unless the server has more models than it lists"
    )
  }
}
