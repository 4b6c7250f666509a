import Testing

@testable import DriverHost

@Suite("The form with a connector's value")
struct FormValueTests {
  private let value: ValueMap = [
    "host": "h", "port": 8443, "codes": [200, 201], "keys": ["secret": "hidden-1"],
    "headers": [
      "Accept": "a/b", "authorization": "hidden-2", "Authorization": "vault.secret(V:p.k)",
    ],
    "auth": ["method": "basic", "user": "ann", "password": "hidden-3"],
    "max_runtime": 5, "unheard": "of",
  ]

  @Test("shows what is stored, but no secret")
  func masking() throws {
    let form = try FormFixture.form()
    let mark: Value = ["secret": true, "is_set": true]
    let shown = form.shown(value)
    #expect(
      shown.value == [
        "host": "h", "port": 8443, "codes": [200, 201], "keys": mark,
        "headers": [
          "Accept": "a/b", "authorization": mark, "Authorization": "vault.secret(V:p.k)",
        ],
        "auth": ["method": "basic", "user": "ann", "password": mark],
        "max_runtime": 5, "unheard": "of",
      ]
    )
    #expect(
      Set(shown.secrets.map(\.description)) == [
        "/keys", "/headers/authorization", "/auth/password",
      ]
    )
    #expect(!JSON.text(form.document(value)).contains("hidden"))
  }

  @Test("has each value at its field, those of a union at the form that it has")
  func values() throws {
    let document = try FormFixture.form().document(value)
    let fields = try fields(of: document)
    #expect(fields["/port"]?["value"] == 8443)
    #expect(fields["/max_runtime"]?["value"] == 5)
    #expect(fields["/url"]?.mapValue?["value"] == nil)
    #expect(fields["/keys"]?["value"] == ["secret": true, "is_set": true])
    #expect(fields["/keys"]?["fields"][0]["value"] == ["secret": true, "is_set": true])
    let union = try #require(fields["/auth"]?["unions"][0])
    #expect(union["selected"] == 1)
    #expect(union["branches"][1]["fields"][0]["value"] == "ann")
    #expect(union["branches"][1]["fields"][1]["value"] == ["secret": true, "is_set": true])
    #expect(union["branches"][2]["fields"][0].mapValue?["value"] == nil)
    #expect(document["unions"][0]["selected"] == 1)
    #expect(document["unknown"] == ["unheard"])
  }

  @Test("says of a secret that is not there that it is not set, and shows a reference to a vault")
  func references() throws {
    let form = try FormFixture.form()
    func password(_ text: Value?) throws -> Value {
      var auth: ValueMap = ["method": "basic"]
      auth["password"] = text
      let fields = try fields(of: form.document(["auth": .map(auth)]))
      return try #require(fields["/auth"]?["unions"][0]["branches"][1]["fields"][1]["value"])
    }
    #expect(try password(nil) == ["secret": true, "is_set": false])
    #expect(try password("vault.secret(V:a.b)") == "vault.secret(V:a.b)")
    for text in [
      "vault.secret(V:a.b)!", "x vault.secret(V:a.b)", "vault.secret()", "vault.secret(a",
    ] {
      #expect(try password(.string(text)) == ["secret": true, "is_set": true], "\(text)")
    }
  }

  @Test("masks a secret of any action, and of all forms where it is not known which one it has")
  func cautious() throws {
    let form = try FormFixture.form()
    let shown = form.shown(["auth": ["password": "hidden-1", "key": "hidden-2"]])
    #expect(!JSON.text(.map(shown.value)).contains("hidden"))
    let other = try Form(
      InputSchemaFixture.descriptor(
        "{}",
        actions: [("go", "{}"), ("b", #"{"properties": {"pin": {"x-secret": true}}}"#)]
      )
    )
    #expect(other.shown(["pin": 1234]).value == ["pin": ["secret": true, "is_set": true]])
  }

  /// The document's fields at the top by their pointers.
  private func fields(of document: Value) throws -> [String: Value] {
    let fields = (document["groups"].listValue ?? []).flatMap { $0["fields"].listValue ?? [] }
    return try Dictionary(
      fields.map { (try #require($0["pointer"].stringValue), $0) }
    ) { first, _ in first }
  }
}

@Suite("An answer to a field of a form")
struct FormAnswerTests {
  @Test(
    "is held against all that its schema says",
    arguments: [
      ("port", 443, nil), ("port", 0, "expected at least 1, got 0"),
      ("port", "many", #"expected an integer, got "many""#),
      ("url", "ftp://a", "expected text that matches"), ("url", "https://a", nil),
      ("data", "AAAA", nil), ("data", "A", "base64"), ("price", "1.5", nil),
      ("price", "x", "decimal"),
      ("codes", [100, 101], nil), ("codes", [100, 1], "/1"), ("level", "middle", #""low", "high""#),
      ("strict", true, nil), ("max_runtime", 0, "more than 0"), ("max_runtime", 3, nil),
      ("retry", ["attempts": 0], "/attempts"),
    ] as [(String, Value, String?)]
  )
  func faults(name: String, value: Value, message: String?) throws {
    let form = try FormFixture.form()
    let faults = form.faults(in: value, of: try FormFixture.field(name, of: form))
    if let message {
      #expect(faults.contains { $0.description.contains(message) }, "\(faults)")
    } else {
      #expect(faults.isEmpty)
    }
  }

  @Test("may be a reference to a vault, whatever the field takes")
  func references() throws {
    let form = try FormFixture.form()
    for name in ["port", "url", "data", "strict", "level"] {
      let field = try FormFixture.field(name, of: form)
      #expect(form.faults(in: "vault.secret(V:a.b)", of: field).isEmpty, "\(name)")
      #expect(!form.faults(in: #"\vault.secret(V:a.b)"#, of: field).isEmpty, "\(name)")
    }
    let codes = try FormFixture.field("codes", of: form)
    #expect(
      form.faults(in: ["vault.secret(V:a.b)", 1], of: codes).map(\.pointer.tokens) == [["1"]]
    )
  }

  @Test("is not quoted where it is secret")
  func secrets() throws {
    let form = try FormFixture.form()
    let auth = try FormFixture.field("auth", of: form)
    let password = auth.unions[0].branches[1].fields[1]
    let faults = form.faults(in: "abc", of: password)
    #expect(faults.count == 1 && !faults.contains { $0.description.contains("abc") })
    #expect(faults[0].description.contains("at least 4 characters"))
    let headers = try FormFixture.field("headers", of: form)
    #expect(form.member("AUTHORIZATION", of: headers).isSecret)
    #expect(!form.member("Accept", of: headers).isSecret)
    #expect(form.member("Accept", of: headers).kinds == [.number, .string])
    #expect(form.member("a", of: try FormFixture.field("free", of: form)).kind == .any)
    #expect(form.mayHoldSecrets(headers) && form.mayHoldSecrets(auth))
    #expect(!form.mayHoldSecrets(try FormFixture.field("codes", of: form)))
    #expect(
      form.shown(["Authorization": "x"], of: headers)
        == ["Authorization": ["secret": true, "is_set": true]]
    )
  }
}
