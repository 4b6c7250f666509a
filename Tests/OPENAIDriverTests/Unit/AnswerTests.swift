import DriverHost
import DriverKit
import Testing

@testable import OPENAIDriver

@Suite("What a server says")
struct AnswerTests {
  @Test(
    "of an error is read in the forms that there are",
    arguments: [
      (#"{"error":{"message":"m","type":"t","code":"c","param":"p"}}"#, "m", "c", "p"),
      (#"{"error":{"message":"m","type":"t","code":null}}"#, "m", "t", ""),
      (#"{"error":{"message":"m","code":404}}"#, "m", "404", ""),
      (#"{"error":"m"}"#, "m", "", ""),
      (#"{"object":"error","message":"m","type":"t"}"#, "m", "t", ""),
      (#"{"detail":"m"}"#, "m", "", ""), (#"{"detail":[{"msg":"m","loc":["x"]}]}"#, "m", "", ""),
      (#"{"other":1}"#, "", "", ""), ("[]", "", "", ""),
    ]
  )
  func errors(body: String, message: String, name: String, parameter: String) {
    let error = APIError(answer: document(body))
    #expect(error.message == message && error.name == name && error.parameter == parameter)
  }

  @Test("without a body is no error's text")
  func empty() { #expect(APIError(answer: nil).message.isEmpty) }

  @Test("never shows the key, nor what the server has left of it")
  func mask() {
    let mask = KeyMask("sk-abc123")
    #expect(mask.masking("key sk-abc123, sk-abc123!") == "key ***, ***!")
    #expect(mask.masking("provided: sk-ab***************c123. See") == "provided: ***. See")
    #expect(
      mask.masking(#"{"a":"xsk-abc123y"}"#) == #"{"a":"x***y"}"#.replacing("x***y", with: "***")
    )
    #expect(mask.masking("a * b, sk-abc12") == "a * b, sk-abc12")
  }

  @Test("of a vector in base64 are its numbers")
  func vectors() {
    func text(_ base64: String) -> String? {
      FloatVector.document(base64: base64).map { String(decoding: $0, as: UTF8.self) }
    }
    // 1, -2.5 and 0.1 as 32 bits each, the low byte first.
    #expect(text("AACAPwAAIMDNzMw9") == "[1.0,-2.5,0.1]")
    #expect(text("AACAPw==") == "[1.0]" && text("AACAPw") == "[1.0]")
    #expect(text("") == "[]")
    // Not a whole number of them, no base64, and no number: NaN.
    for wrong in ["AACA", "A", "AAC!", "AADAfw=="] { #expect(text(wrong) == nil, "\(wrong)") }
  }
}
