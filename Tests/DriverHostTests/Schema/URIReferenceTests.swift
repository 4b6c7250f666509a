import Testing

@testable import DriverHost

@Suite("URI references")
struct URIReferenceTests {
  /// RFC 3986, section 5.4.
  @Test(
    "resolve as RFC 3986 says",
    arguments: [
      ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"),
      ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"), ("//g", "http://g"),
      ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q#s"),
      ("g#s", "http://a/b/c/g#s"), ("g?y#s", "http://a/b/c/g?y#s"), (";x", "http://a/b/c/;x"),
      ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
      ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
      ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"),
      ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
      ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"),
      ("g/../h", "http://a/b/c/h"), ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
      ("g?y/../x", "http://a/b/c/g?y/../x"),
    ]
  )
  func resolve(reference: String, target: String) {
    let base = URIReference("http://a/b/c/d;p?q")
    #expect(URIReference(reference).resolved(against: base).description == target)
  }

  @Test("keep what they are made of", arguments: ["urn:a:b", "a/b#", "//h/p?q#f", "", "#/a%20b"])
  func description(text: String) {
    #expect(URIReference(text).description == text)
  }

  @Test("decode their escapes or refuse them")
  func escapes() {
    #expect(URIReference.percentDecoded("a%20b%C3%A9") == "a bé")
    #expect(URIReference.percentDecoded("%C3") == nil)
    #expect(URIReference.percentDecoded("%2") == nil)
  }
}
