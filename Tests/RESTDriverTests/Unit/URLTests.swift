import CurlKit
import DriverHost
import DriverKit
import Testing

@testable import HTTPKit
@testable import RESTDriver

@Suite("A URL")
struct URLTests {
  @Test(
    "is taken apart, and put together as libcurl gets it",
    arguments: [
      ("http://example.org", "http://example.org/", "example.org", 80),
      ("HTTPS://Example.ORG/A?b=C", "https://example.org/A?b=C", "example.org", 443),
      ("http://example.org:8080/x", "http://example.org:8080/x", "example.org", 8080),
      ("http://example.org:80/x", "http://example.org/x", "example.org", 80),
      ("http://example.org:/x", "http://example.org/x", "example.org", 80),
      ("http://example.org?q", "http://example.org/?q", "example.org", 80),
      ("http://example.org/a#part", "http://example.org/a", "example.org", 80),
      ("http://example.org#part", "http://example.org/", "example.org", 80),
      ("http://127.1/", "http://127.0.0.1/", "127.0.0.1", 80),
      ("http://0x7f000001:81/", "http://127.0.0.1:81/", "127.0.0.1", 81),
      ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/", "fe80::1%25eth0", 80),
      ("http://a/b/../c/./d", "http://a/c/d", "a", 80),
      ("http://a/../../b/..", "http://a/", "a", 80),
      ("http://a/b/.", "http://a/b/", "a", 80), ("http://a/%2e%2E/b/.%2e/c", "http://a/c", "a", 80),
      ("http://a/b?c=/../d", "http://a/b?c=/../d", "a", 80),
      ("http://a/.b/..c/...", "http://a/.b/..c/...", "a", 80),
      ("http://a//b//../c", "http://a//b/c", "a", 80),
      ("http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/", "2001:db8::1", 81),
      ("http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1", 80),
      ("http://a/ü b?c=\"d\"", "http://a/%C3%BC%20b?c=%22d%22", "a", 80),
      ("http://a/%20%zz", "http://a/%20%zz", "a", 80),
      ("http://bücher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80),
    ]
  )
  func parts(text: String, whole: String, host: String, port: Int) throws {
    let url = try RequestURL(Array(text.utf8).span, pointer: "/url")
    #expect(url.text == whole)
    #expect(url.authority.host == host)
    #expect(Int(url.authority.port) == port)
  }

  @Test(
    "that is none is refused with the input's pointer",
    arguments: [
      ("ftp://example.org/", "http://"), ("example.org", "http://"), ("", "http://"),
      ("http:///x", "no host"), ("http://:80/", "no host"), ("http://a:0/", "1 to 65535"),
      ("http://a:65536/", "1 to 65535"), ("http://a:x/", "1 to 65535"),
      ("http://a b/", "not the name"), ("http://[::1/", "IPv6"), ("http://[]/", "IPv6"),
      ("http://[::g]/", "IPv6"), ("http://[1:2]/", "IPv6"), ("http://[:::]/", "IPv6"),
      ("http://u:p@a/", "in authentication"), ("http://u@a/", "in authentication"),
      ("http://a\u{0}b/", "not the name"),
    ]
  )
  func refused(text: String, part: String) {
    let error = #expect(throws: DriverError.self) {
      _ = try RequestURL(Array(text.utf8).span, pointer: "/url")
    }
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer == "/url")
    #expect(error?.message.contains(part) == true)
  }

  @Test(
    "knows whether its host is an address",
    arguments: [
      ("127.0.0.1", true), ("127.1", true), ("0x7f000001", true), ("2130706433", true),
      ("[::1]", true), ("example.org", false), ("1.2.3.example", false), ("a1", false),
      // No address, though it looks like one: the host's resolver is asked, and nobody else.
      ("1.2.3.4.5", false), ("1.2.3.400", false), ("example.7", false), ("a.0x1", false),
    ]
  )
  func numeric(host: String, isNumeric: Bool) throws {
    #expect(
      try RequestURL(Array("http://\(host)/".utf8).span, pointer: "").authority.isNumeric
        == isNumeric
    )
  }

  @Test(
    "has its host in the form that name servers know",
    arguments: [
      ("bücher.example", "xn--bcher-kva.example"), ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
      ("例え.テスト", "xn--r8jz45g.xn--zckzah"), ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
      ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"), ("faß.de", "xn--fa-hia.de"),
      ("example.org.", "example.org."), ("☃.net", "xn--n3h.net"),
      ("ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"),
    ]
  )
  func international(name: String, ascii: String) {
    #expect(InternationalName.ascii(name) == ascii)
  }

  @Test("has no host whose labels are empty or too long", arguments: ["ü..de", ".ü"])
  func labels(name: String) {
    #expect(InternationalName.ascii(name) == nil)
    #expect(InternationalName.ascii(String(repeating: "ü", count: 70)) == nil)
  }

  @Test("with a user name or a password is refused, and neither is shown")
  func credentials() throws {
    for inputs: ValueMap in [
      ["url": "https://ann:geheim@h/"], ["url": "geheim@h/x"], ["url": "ftp://ann:geheim@h"],
      ["host": "ann:geheim@h"], ["host": "geheim@h"],
    ] {
      let name = inputs.names[0]
      let error = #expect(throws: HostError.self) { try restInputs(inputs) }
      #expect(error?.faults.map(\.pointer.description) == ["/\(name)"])
      #expect("\(String(describing: error))".contains("geheim") == false)
      #expect(error?.faults.first?.message.hasSuffix("which go into authentication") == true)
      var changes: ValueMap = ["url": .null]
      changes[name] = inputs[name]
      let refused = #expect(throws: DriverError.self) { try uncheckedInputs(changes) }
      #expect(refused?.pointer == "/\(name)" && refused?.message.contains("geheim") == false)
    }
    // Only in front of the path it is one.
    #expect(try restInputs(["url": "http://h/@x?y=a@b"]).url.text == "http://h/@x?y=a@b")
  }

  @Test("that an answer redirects to loses what whoever redirects may not choose")
  func redirect() throws {
    #expect(try RequestURL(redirect: "http://u:p@h:81/a@b").text == "http://h:81/a@b")
    #expect(try RequestURL(redirect: "https://u@p@h?c").text == "https://h/?c")
    #expect(throws: DriverError.self) { try RequestURL(redirect: "file:///etc/passwd") }
  }

  @Test("shows messages neither its query nor a secret")
  func display() throws {
    var url = try RequestURL(Array("https://h/p?key=geheim".utf8).span, pointer: "")
    #expect(url.display == "https://h/p")
    url.isSecret = true
    #expect(url.display == "the URL (which is secret)")
  }

  @Test(
    "has another origin when scheme, host or port differ",
    arguments: [
      ("http://a/x", "http://a/y", true), ("http://a/", "http://A:80/", true),
      ("http://a/", "https://a/", false), ("http://a/", "http://b/", false),
      ("http://a/", "http://a:81/", false),
    ]
  )
  func origins(left: String, right: String, isSame: Bool) throws {
    let left = try RequestURL(Array(left.utf8).span, pointer: "").authority
    let right = try RequestURL(Array(right.utf8).span, pointer: "").authority
    #expect(left.hasSameOrigin(as: right) == isSame)
  }

  @Test("after another one is still its own")
  func memory() throws {
    let memory = RequestMemory()
    func text(_ url: String) throws -> String {
      try RequestURL(Array(url.utf8).span, pointer: "", memory: memory).text
    }
    #expect(try text("http://a/1") == "http://a/1" && text("https://a/2") == "https://a/2")
    #expect(try text("http://A:81/") == "http://a:81/" && text("http://A:81/x") == "http://a:81/x")
  }

  @Test("is made of its parts where it is not given as a whole")
  func fromParts() throws {
    func text(_ inputs: ValueMap) throws -> String { try restInputs(inputs).url.text }
    #expect(try text(["host": "h"]) == "https://h/")
    #expect(try text(["host": "h", "scheme": "http", "port": 8080]) == "http://h:8080/")
    #expect(try text(["host": "h", "base_path": "/v1/", "path": "/x"]) == "https://h/v1/x")
    #expect(try text(["host": "h", "base_path": "v1", "path": "x/ä"]) == "https://h/v1/x/%C3%A4")
    #expect(try text(["host": "h", "base_path": "v1", "path": "?q=1"]) == "https://h/v1?q=1")
    #expect(try text(["host": "2001:db8::1"]) == "https://[2001:db8::1]/")
    #expect(try text(["host": "h", "path": "x#part"]) == "https://h/x")
    #expect(try text(["url": "http://u/a", "host": "h", "path": "b"]) == "http://u/a")
    #expect(try text(["host": "h", "base_path": "/a/../v1", "path": "x/../y"]) == "https://h/v1/y")
    #expect(try text(["host": "h", "base_path": "v1", "path": "x/.."]) == "https://h/v1/")
    #expect(try text(["host": "h", "path": "../x"]) == "https://h/x")
    #expect(
      try text(["host": "h", "base_path": "v1", "path": "x?../.."]) == "https://h/v1/x?../.."
    )
  }

  @Test(
    "made of its parts does not leave the base path",
    arguments: [
      "..", "/../admin", "../../admin", "x/../../admin", "%2e%2e/admin", ".%2E/admin",
      "x/..%2f..%2Fadmin", "x//../../admin", "./../admin", "..%5cadmin", "..\\admin",
    ]
  )
  func climbing(path: String) {
    let error = #expect(throws: DriverError.self) {
      try restInputs(["host": "h", "base_path": "/api/v1", "path": .string(path)])
    }
    #expect(error?.code == .invalidInput && error?.pointer == "/path")
  }

  @Test(
    "has its port beside its host where they are given apart",
    arguments: ["example.org:8080", "127.0.0.1:80", "h:"]
  )
  func portInHost(host: String) {
    let error = #expect(throws: DriverError.self) { try restInputs(["host": .string(host)]) }
    #expect(error?.pointer == "/host")
    #expect(error?.message.hasSuffix("give the port in port") == true)
  }
}

@Suite("A query")
struct QueryTests {
  @Test(
    "is added to the URL, in order and encoded",
    arguments: [
      ("http://a/", ["b": 1, "c": "x y&z=ü"] as Value, "http://a/?b=1&c=x%20y%26z%3D%C3%BC"),
      ("http://a/?z", ["b": true], "http://a/?z&b=true"),
      ("http://a/?", ["b": 0.5], "http://a/?b=0.5"),
      ("http://a/?z&", ["b": ""], "http://a/?z&b="),
      ("http://a/", ["b": [1, "two", false]], "http://a/?b=1&b=two&b=false"),
      ("http://a/", ["b": nil, "c": 1], "http://a/?c=1"),
      ("http://a/", ["b": nil], "http://a/"), ("http://a/", [:], "http://a/"),
      ("http://a/", ["b": []], "http://a/"),
      ("http://a/", [["b", 1], ["a", 2], ["b", 3]], "http://a/?b=1&a=2&b=3"),
      ("http://a/", [["b", [1, 2]]], "http://a/?b=1&b=2"),
      (
        "http://a/", ["n": .decimal(DecimalText("12345678901234567890")!)],
        "http://a/?n=12345678901234567890"
      ),
    ] as [(String, Value, String)]
  )
  func added(url: String, query: Value, expected: String) throws {
    #expect(try restInputs(["url": .string(url), "query": query]).url.text == expected)
  }

  @Test(
    "of another form is refused before anything is sent",
    arguments: [["a": ["b": 1]], [["a"]], [["a", 1, 2]], ["a"], 1] as [Value]
  )
  func refused(query: Value) {
    #expect(throws: HostError.self) { try restInputs(["url": "http://a/", "query": query]) }
    #expect(throws: DriverError.self) { try uncheckedInputs(["query": query]) }
  }
}
