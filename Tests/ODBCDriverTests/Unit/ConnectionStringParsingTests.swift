import Testing

@testable import ODBCDriver

@Suite("Reading a connection string")
struct ConnectionStringParsingTests {
  @Test(
    "takes values as they are written",
    arguments: [
      ("a", "a"), ("", ""), (" a ", " a "), ("a=b", "a=b"), ("a}b{", "a}b{"), ("ä€😀", "ä€😀"),
      ("{a}", "a"), ("{}", ""), ("{ a }", " a "), ("{a;b=c}", "a;b=c"), ("{a}}b}", "a}b"),
      ("{}}}", "}"), ("{{a}", "{a"), ("{a}  ", "a"), ("  {a;}", "a;"), ("{a};", "a"),
      ("{\n}", "\n"),
    ]
  )
  func values(written: String, value: String) throws {
    let string = try ConnectionString(parsing: "A=1;X=\(written);B=2")
    #expect(string["X"] == value)
    #expect(string.attributes.map(\.keyword) == ["A", "X", "B"])
  }

  @Test("passes over empty attributes and the blanks around keywords")
  func blanks() throws {
    let string = try ConnectionString(parsing: " ;; DRIVER = {SQL Server};\n\tInitial Catalog=x;; ")
    #expect(string.target == .driver("SQL Server"))
    #expect(string.attributes.map(\.keyword) == ["DRIVER", "Initial Catalog"])
  }

  @Test("lets the first of several count")
  func first() throws {
    let string = try ConnectionString(parsing: "UID=a;uid=b;DSN=c;DRIVER=d;FILEDSN=e;dsn=f")
    #expect(string.attributes.map(\.value) == ["a", "c"])
    #expect(try ConnectionString(parsing: "DRIVER=d;DSN=c").target == .driver("d"))
  }

  @Test(
    "says where it is at fault, and what to do",
    arguments: [
      ("DSN=a;s3cret", ConnectionStringFault.noEqualsSign(at: 7)),
      ("PWD=a;s3=b;cret", .noEqualsSign(at: 12)),
      ("s3cret", .noEqualsSign(at: 1)),
      ("PWD=ä;s3cret;UID=a", .noEqualsSign(at: 7)),
      ("PWD=a; =s3cret", .noKeyword(at: 8)),
      ("PWD=a;s3{cret=b", .badKeyword(at: 7)),
      ("UID=a;PWD={s3cret", .openBrace(at: 11)),
      ("PWD={s3cret}};UID=a", .openBrace(at: 5)),
      ("PWD={s3}cret};UID=a", .textBehindBrace(at: 9)),
      ("PWD=s3cret\0;UID=a", .zeroByte(at: 11)),
      ("PWD={s3}}cret\0};UID=a", .zeroByte(at: 14)),
    ]
  )
  func faults(text: String, fault: ConnectionStringFault) {
    let found = #expect(throws: ConnectionStringFault.self) { try ConnectionString(parsing: text) }
    #expect(found == fault)
    #expect(!fault.description.contains("s3"))
    #expect(!fault.description.contains("cret"))
  }

  @Test("counts characters where they have several bytes")
  func place() {
    let fault = ConnectionStringFault.openBrace(at: 3)
    #expect(throws: fault) { try ConnectionString(parsing: "Ü={😀") }
    #expect(fault.description.hasPrefix("the brace at character 3, which opens a value"))
  }
}
