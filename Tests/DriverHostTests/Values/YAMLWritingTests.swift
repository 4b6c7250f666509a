import DriverHost
import Testing

@Suite("Writing YAML")
struct YAMLWritingTests {
  private func reading(_ bytes: [UInt8]) throws -> Value {
    try YAML.parse(bytes, file: "written.yaml").value
  }

  @Test("writes blocks without quotes that nobody needs, and literal blocks for lines")
  func form() throws {
    let value: Value = [
      "connector_type": "REST",
      "value": [
        "url": "https://example.org/a?b=c#d", "port": 8080, "ratio": 0.5, "on": true, "none": nil,
        "text": "true", "number": "1e3", "empty": "", "tags": ["a", "b"], "no_items": [],
        "script": "echo one\necho two\n", "headers": ["X-A": "é"],
      ],
    ]
    let text = try YAML.text(value)
    #expect(
      text == """
        connector_type: REST
        value:
          url: https://example.org/a?b=c#d
          port: 8080
          ratio: 0.5
          on: true
          none: null
          text: 'true'
          number: '1e3'
          empty: ''
          tags:
          - a
          - b
          no_items: []
          script: |
            echo one
            echo two
          headers:
            X-A: é

        """
    )
    #expect(try reading(Array(text.utf8)) == value)
  }

  @Test(
    "writes every text so that it reads back as that text",
    arguments: [
      "", " ", "a ", " a", "\n", "a\n", "a\n\n", "\na", "a\n b", "a \nb", "\ta", "a\tb", "a\r\nb",
      "~", "null",
      "yes", "0x10", "1_000", "-", "- a", "? a", ": a", "a: b", "a #b", "#a", "&a", "*a", "!a",
      "%a", "@a", "`a",
      "'", "\"", "a'b\"c", "{a}", "[a]", "{", "a, b", "|", ">", "---", "...", "--- a", "=", "<<",
      "\u{0}", "\u{7F}",
      "\u{85}", "\u{2028}", "\u{FEFF}a", "a\u{301}", "\u{10FFFF}", "\u{FFFE}", "é", "日本語", "1.",
      ".5", "+1", "0o7", ".inf",
      ".NaN", "2026-11-26", "vault.secret(a:b.c)", "key: |\n  x", "a\n...\nb", "\n\n  x\n",
      "tail  \n\n",
      "long " + String(repeating: "word ", count: 200) + "end",
    ]
  )
  func texts(text: String) throws {
    for value: Value in [.string(text), ["k": .string(text)], [.string(text)], .map([text: 1])] {
      let written = try YAML.bytes(value)
      #expect(try reading(written) == value, "\(String(decoding: written, as: UTF8.self))")
    }
  }

  @Test("keeps numbers exactly, and bytes as base64")
  func numbers() throws {
    let exact = try JSON.parse(
      Array(
        "[9223372036854775807, -9223372036854775808, 0.1, 1e300, 5e-324, 12345678901234567890, 0.1000000000000000055]"
          .utf8
      ),
      file: "numbers.json"
    )
    #expect(try reading(YAML.bytes(exact)) == exact)
    #expect(try YAML.text(["b": .bytes([0, 255, 1])]) == "b: AP8B\n")
  }
}
