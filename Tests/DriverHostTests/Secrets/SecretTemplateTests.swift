@testable import DriverHost
import Testing

@Suite("A reference to a secret")
struct SecretTemplateTests {
  typealias Reference = SecretTemplate.Reference

  private static func reference(_ configuration: String, _ path: String, _ key: String) -> Reference
  {
    Reference(path: SecretPath(configuration: configuration, path: path), key: key)
  }

  @Test(
    "is taken apart at the first colon and the last dot",
    arguments: [
      ("vault.secret(main:db.password)", reference("main", "db", "password")),
      ("vault.secret(a.b:team/db.v2.pass)", reference("a.b", "team/db.v2", "pass")),
      ("vault.secret(main:x:y.z)", reference("main", "x:y", "z")),
      (#"vault.secret(main:db.host\.name)"#, reference("main", "db", "host.name")),
      (#"vault.secret(main:db\).key\))"#, reference("main", "db)", "key)")),
      (#"vault.secret(main:a\\b.c)"#, reference("main", #"a\b"#, "c")),
      ("vault.secret(main:dé.ключ)", reference("main", "dé", "ключ")),
      ("vault.secret(password)", Reference(path: nil, key: "password")),
      ("vault.secret(a.b)", Reference(path: nil, key: "a.b")),
    ]
  )
  func takenApart(text: String, expected: Reference) throws {
    let template = try SecretTemplate(text)
    #expect(template.single == expected)
    // What is written of it is read as the same again.
    #expect(try SecretTemplate(SecretTemplate.text(of: expected)).single == expected)
  }

  @Test("may stand in a text with others, which an accent behind it does not change")
  func embedded() throws {
    let template = try SecretTemplate("Bearer vault.secret(a:b.c)\u{301}vault.secret(k)!")
    let first = SecretTemplateTests.reference("a", "b", "c")
    #expect(
      template.parts == [
        .text("Bearer "), .reference(first), .text("\u{301}"),
        .reference(Reference(path: nil, key: "k")), .text("!"),
      ]
    )
    #expect(template.single == nil)
    let text = template.text([first: "x", Reference(path: nil, key: "k"): 7])
    #expect(text == "Bearer x\u{301}7!")
    #expect(template.text([first: ["a": 1], Reference(path: nil, key: "k"): 7]) == nil)
  }

  @Test("is plain text behind a backslash, which goes away")
  func escaped() throws {
    let template = try SecretTemplate(#"write \vault.secret(a:b.c) there"#)
    #expect(template.plainText == "write vault.secret(a:b.c) there")
    #expect(template.references.isEmpty)
  }

  @Test("is not looked for in texts without one")
  func absent() {
    for text in [
      "", "vault.secret", "vault.secret[", "VAULT.SECRET(a)", "avault-secret(", "(", "(((",
    ] {
      #expect(!SecretTemplate.isIn(text), "\(text)")
    }
    #expect(SecretTemplate.isIn("(vault.secret("))
    #expect(SecretTemplate.isIn(#"é\vault.secret(é"#))
  }

  @Test(
    "that is malformed says what it lacks",
    arguments: [
      ("vault.secret(a:b.c", "has no closing parenthesis"),
      ("vault.secret()", "names no secret"),
      ("vault.secret(a:b)", "names no key"),
      ("vault.secret(:b.c)", "has an empty configuration"),
      ("vault.secret(a:.c)", "has an empty path"),
      ("vault.secret(a:b.)", "has an empty key"),
      (#"vault.secret(a:b\.c)"#, "names no key"),
    ]
  )
  func malformed(text: String, message: String) {
    #expect {
      try SecretTemplate(text)
    } throws: { error in
      (error as? SecretTemplate.Malformed)?.message.contains(message) ?? false
    }
  }
}
