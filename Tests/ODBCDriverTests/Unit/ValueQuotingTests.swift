import Testing

@testable import ODBCDriver

@Suite("Writing a connection string")
struct ValueQuotingTests {
  private static let values = [
    "a", "", " a", "a ", " ", "a;b", "a=b", "a}b", "}", "}}", "{", "{a}", "a};b", "[x](y),?*!@",
    "ä€😀", "it's \"q\" \\",
    "a+b%41", "};DRIVER=x;", "\t", "a\nb",
  ]

  @Test("can be read back, whatever the values are", arguments: values)
  func reversible(value: String) throws {
    var string = ConnectionString(.driver("a;b}c"))
    string.set("PWD", to: value)
    string.set("B", to: "1")
    #expect(try ConnectionString(parsing: string.text()) == string)
  }

  @Test("puts values in braces that ODBC wants in them, and others not")
  func braces() throws {
    for character in "[]{}(),;?*=!@" {
      let text = try ValueQuoting.standard.text("a\(character)", of: "X")
      #expect(text == (character == "}" ? "{a}}}" : "{a\(character)}"))
    }
    for value in ["a", "/a b/c.db", "a'\"\\-_.:+%$#~^&|<>", "ä"] {
      #expect(try ValueQuoting.standard.text(value, of: "X") == value)
    }
  }

  @Test("puts the driver first, and its name in braces")
  func driver() throws {
    var string = ConnectionString()
    string.set("UID", to: "a")
    string.set("Driver", to: "SQL Server")
    #expect(try string.text() == "Driver={SQL Server};UID=a")
    string.set("DRIVER", to: "/opt/a}b.so")
    #expect(
      try string.text(DriverFacts.of("sqlite3odbc.so").quoting) == "Driver={/opt/a}}b.so};UID=a"
    )
    #expect(try ConnectionString(.dataSource("a b")).text() == "DSN=a b")
  }

  @Test(
    "refuses the name of no driver, which driver managers take for the first one",
    arguments: ["", " "]
  )
  func noDriver(name: String) {
    #expect(throws: ConnectionStringFault.noName(keyword: "DRIVER")) {
      try ConnectionString(.driver(name)).text()
    }
  }

  @Test("refuses keywords that are none", arguments: ["", "a;b", "a=b", "{a", " a", "a\0", "a\\b"])
  func keyword(keyword: String) {
    var string = ConnectionString(.driver("x"))
    string.set(keyword, to: "s3cret")
    #expect(throws: ConnectionStringFault.unusableKeyword(attribute: 2)) { try string.text() }
  }

  @Test(
    "refuses zero bytes for each driver",
    arguments: DriverFacts.table.map(\.quoting) + [.standard]
  )
  func zero(quoting: ValueQuoting) {
    var string = ConnectionString(.driver("x"))
    string.set("PWD", to: "s3\0cret")
    let fault = #expect(throws: ConnectionStringFault.self) { try string.text(quoting) }
    #expect(fault == .unusableValue(keyword: "PWD", .zeroByte))
    #expect(fault?.description.contains("cret") == false)
  }

  @Test("leaves braces out for drivers that take them for a part of the value")
  func characters() throws {
    let quoting = ValueQuoting(braces: .characters(except: ["PWD"]))
    for value in ["a=b", "a}b", "a{b", " a ", "[x](y),?*!@"] {
      #expect(try quoting.text(value, of: "UID") == value)
    }
    #expect(throws: ValueFault.semicolon) { try quoting.text("a;b", of: "UID") }
    #expect(throws: ValueFault.openingBrace) { try quoting.text("{a}", of: "UID") }
  }

  @Test("puts what such a driver decodes in braces in any case")
  func decoded() throws {
    let quoting = ValueQuoting(braces: .characters(except: ["PWD"]))
    #expect(try quoting.text("a+b", of: "pwd") == "{a+b}")
    #expect(try quoting.text("a;}", of: "PWD") == "{a;}}}")
    #expect(try quoting.text("", of: "PWD") == "")
  }

  @Test("leaves braces single for drivers that look for the semicolon behind them")
  func undoubled() throws {
    let quoting = ValueQuoting(braces: .undoubled)
    #expect(try quoting.text("a}b", of: "PWD") == "{a}b}")
    #expect(try quoting.text("a;b", of: "PWD") == "{a;b}")
    #expect(throws: ValueFault.closingBraceAndSemicolon) { try quoting.text("a};b", of: "PWD") }
  }

  @Test("refuses blanks that a driver drops", arguments: [" a", "a ", " ", "\ta"])
  func blanks(value: String) throws {
    let quoting = ValueQuoting(braces: .quotation, dropsBlanks: true)
    #expect(throws: ValueFault.blankAtAnEnd) { try quoting.text(value, of: "PWD") }
    #expect(try quoting.text("a b", of: "PWD") == "a b")
  }
}
