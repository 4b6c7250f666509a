import Testing

@testable import HTTPKit

@Suite("A Link header")
struct LinkHeaderTests {
  @Test(
    "leads to the next page",
    arguments: [
      (
        [
          #"<https://api.example/x?page=2>; rel="next", <https://api.example/x?page=9>; rel="last""#
        ],
        "https://api.example/x?page=2"
      ),
      ([#"<?p=1>; rel="prev", <?p=3>; rel="next""#], "?p=3"), (["<a>;rel=next"], "a"),
      (["<a>;rel=prev", "<b>;rel=next"], "b"), (["<a>; REL=NEXT"], "a"),
      ([#"<a>; rel="start next http://example.net/foo""#], "a"),
      (["<a> ; rel = next ; title = x"], "a"), ([#"<a>; rel="  NeXt \#t last""#], "a"),
      ([#"<a,b;c>; rel="next""#], "a,b;c"),
      ([#"<a>; title="x, <b>; rel=\"next\""; rel=next"#], "a"),
      ([#"<a>; title="x, <b>; rel=next", <c>; rel=next"#], "c"), ([", ,<a>;rel=next,"], "a"),
      (["<a>;;rel=next"], "a"), (["<a>;rel=next,<b>;rel=next"], "a"), (["<>;rel=next"], ""),
      (["<a>; rel=prev; rel=next, <b>; rel=next"], "b"),
      (["<a>; rel*=UTF-8''next, <b>; rel=next"], "b"),
      ([#"<a>; rel=next; anchor="", <b>; rel=next"#], "a"),
      ([##"<a>; rel="next"; anchor="#part", <b>; rel="next""##], "b"),
      ([#"<a>; anchor="https://elsewhere.example/"; rel=next, <b>; rel=next"#], "b"),
      ([#"<a>; flag; rel=next"#], "a"), (["<a>; rel=next; flag"], "a"), ([#"<a>; rel="next"#], "a"),
      // What is no link is skipped.
      (["a; rel=next, <b>; rel=next"], "b"), ([#"x "y, <a>; rel=next" , <b>; rel=next"#], "b"),
      (["<a>x; rel=next, <b>; rel=next"], "b"),
      ([#"<a>; title="\", <b>; rel=next"#, "<c>;rel=next"], "c"),
    ] as [([String], String)]
  )
  func next(fields: [String], target: String) {
    #expect(LinkHeader.next(fields) == target)
  }

  @Test(
    "may lead to no next page",
    arguments: [
      "", ",", ";", "<", "<a", "<a>", "<a>;", "<a>;rel", "<a>;rel=", "<a>;rel=\"\"", "next", "\"",
      "<a>;rel=\"", "<a>;=next", "<a>;rel*=next", "<a>;rel=nextt", "<a>;rel=prev;rel=next",
      "<a;rel=next", "<a>;rel=\"prev\\", "<a>;anchor=\"/b\";rel=next", "<a>;rev=next",
    ]
  )
  func noNext(field: String) {
    #expect(LinkHeader.next([field]) == nil)
  }

  @Test("that is long and malformed is read in one pass")
  func long() {
    let parts = ["<", "<,", "<a>;", "\"", "<a>;x=\"", ",", ";", "<a>;rel=prev,"]
    for part in parts {
      #expect(LinkHeader.next([String(repeating: part, count: 100_000)]) == nil)
    }
  }

  @Test("gives all its links, as in RFC 8288")
  func links() {
    #expect(
      LinkHeader.links(
        "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, "
          + "</TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel"
      ) == [
        LinkHeader.Link(target: "/TheBook/chapter2", relations: ["previous"]),
        LinkHeader.Link(target: "/TheBook/chapter4", relations: ["next"]),
      ]
    )
    #expect(
      LinkHeader.links("</>; rel=\"http://example.net/foo\", </t>; rel=copyright; anchor=\"#foo\"")
        == [
          LinkHeader.Link(target: "/", relations: ["http://example.net/foo"]),
          LinkHeader.Link(target: "/t", relations: ["copyright"], anchor: "#foo"),
        ]
    )
    #expect(
      LinkHeader.links("<http://example.org/>; rel=\"start http://example.net/relation/other\"")
        .map(\.relations) == [["start", "http://example.net/relation/other"]]
    )
    #expect(LinkHeader.links(#"<a>; anchor="\"b\\""; rel=x"#).map(\.anchor) == ["\"b\\"])
  }

  @Test(
    "may have an anchor that is the resource itself",
    arguments: [
      ("https://a.example/x?y", true), ("/x?y", true), ("/x", false), ("//a.example/x?y", false),
      ("https://a.example/", false), ("x?y", false), ("/", false),
    ]
  )
  func anchor(anchor: String, isHere: Bool) {
    let next = LinkHeader.next(
      ["<b>; rel=next; anchor=\"\(anchor)\""],
      resource: "https://a.example/x?y"
    )
    #expect(next == (isHere ? "b" : nil))
  }
}
