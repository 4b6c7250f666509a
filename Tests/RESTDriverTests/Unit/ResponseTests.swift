import CurlKit
import DriverKit
import Testing

@testable import HTTPKit
@testable import RESTDriver

@Suite("An answer")
struct ResponseTests {
  private static let head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Empty:\r\nx-a:  1 \r\nX-A: 2\r\n"
    + "Set-Cookie: s=1; Path=/\r\nSet-Cookie: t = \"v=w\" ; HttpOnly\r\nset-cookie: s=3\r\n"
    + "Set-Cookie: broken\r\nno header here\r\n\r\nX-Trailer: end\r\n"

  private static func texts(_ text: String) -> [String] {
    let head = Array(text.utf8)
    return ResponseHead.fields(head.span).map { field in
      "\(ResponseHead.text(head.span, field.name))=\(ResponseHead.text(head.span, field.value))"
    }
  }

  @Test("has its headers read in order, with their case, and trailers too")
  func fields() {
    #expect(
      ResponseTests.texts(ResponseTests.head) == [
        "Content-Type=text/plain", "X-Empty=", "x-a=1", "X-A=2", "Set-Cookie=s=1; Path=/",
        "Set-Cookie=t = \"v=w\" ; HttpOnly", "set-cookie=s=3", "Set-Cookie=broken",
        "X-Trailer=end",
      ]
    )
  }

  @Test(
    "that is damaged loses what cannot be read, and nothing else",
    arguments: [
      ("", []), ("\r\n", []), (":", []), (": x\r\n", []), ("a:b", ["a=b"]), ("a:\r\n", ["a="]),
      ("HTTP/2 200 \r\n\r\n", []), ("a:\t b \t\r\nc:d\n", ["a=b", "c=d"]), ("a b: c\r\n", []),
      ("a : b\r\nc: d\r\n", ["c=d"]), ("ü: b\r\nc: d\r\n", ["c=d"]), ("a\u{1}: b\r\n", []),
      ("a(b): c\r\n", []), ("a\t: c\r\n", []),
    ]
  )
  func damaged(text: String, expected: [String]) {
    #expect(ResponseTests.texts(text) == expected)
  }

  @Test(
    "has its head put together line by line",
    arguments: [
      (["HTTP/1.1 200 OK", "A: b", "C: d", ""], ["A=b", "C=d"]),
      // Headers that go on in the next line.
      (["HTTP/1.1 200 OK", "A: b", " c", "\td", "E: f", ""], ["A=b   c  \td", "E=f"]),
      (["HTTP/1.1 200 OK", "A:", " b", ""], ["A=b"]),
      // There is none to go on with.
      (["HTTP/1.1 200 OK", " A: b", "\tB: c", "C: d", ""], ["C=d"]),
      (["HTTP/1.1 200 OK", "A: b", "", " c", "T: u", " v", ""], ["A=b", "T=u   v"]),
      // What goes on with a header without a name goes with it.
      (["HTTP/1.1 200 OK", "(: b", " X: c", "D: e", ""], ["D=e"]),
      // Another head.
      (["HTTP/1.1 100 Continue", "A: b", "", "HTTP/1.1 200 OK", "C: d", ""], ["C=d"]),
      (["HTTP/1.1 200 OK", "A: b", "HTTP/1.1 201: no head", ""], ["A=b"]),
    ] as [([String], [String])]
  )
  func lines(lines: [String], fields: [String]) {
    var head = AnswerHead()
    for line in lines {
      let isTaken = head.append(Array((line + "\r\n").utf8).span)
      #expect(isTaken)
    }
    let isComplete = head.isComplete
    #expect(isComplete)
    let found = head.bytes.withSpan { bytes in
      ResponseHead.fields(bytes).map { field in
        "\(ResponseHead.text(bytes, field.name))=\(ResponseHead.text(bytes, field.value))"
      }
    }
    #expect(found == fields)
  }

  @Test("has a head that ends somewhere")
  func limit() {
    var head = AnswerHead()
    let isTaken = head.append(Array("HTTP/1.1 200 OK\r\n".utf8).span)
    #expect(isTaken)
    let line = Array("A: \(String(repeating: "b", count: 100_000))\r\n".utf8)
    var taken = 0
    for _ in 0..<20 where head.append(line.span) { taken += 1 }
    #expect(taken == 10)
    head.clear()
    let (isEmpty, capacity) = (head.isEmpty, head.bytes.capacity)
    #expect(isEmpty && capacity <= 16 << 10)
  }

  @Test("finds a header whatever its case")
  func value() {
    let head = Array(ResponseTests.head.utf8)
    let fields = ResponseHead.fields(head.span)
    #expect(ResponseHead.value("content-type", in: head.span, fields) == "text/plain")
    #expect(ResponseHead.value("x-a", in: head.span, fields) == "1")
    #expect(ResponseHead.value("content-typ", in: head.span, fields) == nil)
  }

  @Test("has its cookies by name, the last one of a name")
  func cookies() {
    let head = Array(ResponseTests.head.utf8)
    let pairs = Cookies.pairs(of: head.span, ResponseHead.fields(head.span))
    let texts = pairs.map { pair in
      if case .string(let value) = pair.value { "\(pair.name)=\(value)" } else { "" }
    }
    #expect(texts == ["s=3", "t=\"v=w\""])
  }

  @Test("takes header bytes that are not UTF-8 for Latin-1")
  func latin() {
    let head: [UInt8] = Array("a: ".utf8) + [0xFC]
    let fields = ResponseHead.fields(head.span)
    #expect(ResponseHead.value("a", in: head.span, fields) == "ü")
  }

  @Test(
    "says by its type what its body is to be read as",
    arguments: [
      ("application/json", ContentType.Form.json), ("Application/JSON; charset=UTF-8", .json),
      ("application/problem+json", .json), ("text/html", .text), ("image/svg+xml", .text),
      ("image/png", .binary), ("application/octet-stream", .binary), ("text/plain", .unclear),
      ("application/octet-stream; charset=utf-8", .text), ("application/vnd.acme", .text),
      ("application/pdf", .binary), ("text/javascript", .unclear),
    ]
  )
  func types(type: String, form: ContentType.Form) {
    #expect(ContentType(type).form == form)
    #expect(ContentType(nil).form == .unclear)
  }

  @Test(
    "says by its type how its text is encoded",
    arguments: [
      ("text/html; charset=ISO-8859-1", "iso-8859-1"), ("text/html;charset=\"utf-8\"", "utf-8"),
      ("text/html; a=b; CHARSET = koi8-r ", "koi8-r"), ("text/html; charset=", nil),
      ("text/html", nil),
    ] as [(String, String?)]
  )
  func charsets(type: String, charset: String?) {
    #expect(ContentType(type).charset == charset)
  }

  @Test("in another encoding is converted, and refused where it is not in it")
  func decode() {
    func text(_ bytes: [UInt8], _ charset: String) -> String? {
      CharacterEncoding.decode(bytes.span, from: charset).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    #expect(text([0xE4, 0x80], "windows-1252") == "ä€")
    #expect(text([0xE4], "iso-8859-1") == "ä")
    #expect(text([0xFE, 0xFF, 0x00, 0x41], "utf-16") == "A")
    #expect(text([], "iso-8859-1") == "")
    #expect(text([0x81, 0xFF], "shift_jis") == nil)
    #expect(text([0x41], "no-such-encoding") == nil)
    // A vowel whose accent may follow waits until it is certain that none does.
    #expect(text([0x61], "windows-1258") == "a" && text([0x62, 0xEA], "windows-1258") == "bê")
    #expect(text([0x61, 0xEC], "windows-1258") == "á")
  }

  @Test("is told from bytes, and a document from text")
  func bodies() {
    func isText(_ bytes: [UInt8]) -> Bool { BodyText.isText(bytes.span) }
    #expect(isText([]) && isText(Array("a\nü".utf8)))
    #expect(!isText([0x41, 0]) && !isText([0xFC]))
    func looks(_ text: String) -> Bool { BodyText.looksLikeDocument(Array(text.utf8).span) }
    #expect(looks("{}") && looks(" \n[1]") && looks("\u{FEFF}{}"))
    #expect(!looks("") && !looks("1") && !looks("a{"))
    #expect(BodyText.document(Array("\u{FEFF}{} \n".utf8).span) == 3..<5)
  }
}
