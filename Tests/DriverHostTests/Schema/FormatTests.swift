import Testing

@testable import DriverHost

@Suite("Formats")
struct FormatTests {
  @Test(
    "accept what their specification allows",
    arguments: [
      (Format.dateTime, "2026-02-28T23:59:59.5+01:00"),
      (.dateTime, "1998-12-31T23:59:60Z"),
      (.date, "2024-02-29"),
      (.time, "08:30:06.283185Z"),
      (.duration, "P4DT12H30M5S"),
      (.duration, "P1W"),
      (.email, "joe.bloggs@example.com"),
      (.email, "\"joe bloggs\"@[IPv6:::1]"),
      (.idnEmail, "실례@실례.테스트"),
      (.hostname, "xn--4gbwdl.xn--wgbh1c"),
      (.hostname, "r3---sn-4g5e6nzz.example.com"),
      (.idnHostname, "l·l"),
      (.ipv4, "255.255.255.255"),
      (.ipv6, "::ffff:192.0.2.1"),
      (.ipv6, "1::"),
      (.uri, "https://example.com"),
      (.uri, "https://user:pw@example.com:8443/a/%41?b=[c]".replacing("[c]", with: "c")),
      (.uri, "http://[2001:db8::1]:80/"),
      (.uri, "urn:isbn:0451450523"),
      (.uri, "ftp://ftp.example.com:21/a;type=i"),
      (.uriReference, "../a?b#c"),
      (.iri, "https://exämple.com/ä"),
      (.uuid, "2EB8AA08-AA98-11EA-B4AA-73B441D16380"),
      (.uriTemplate, "/users/{id}{?page,size*}"),
      (.jsonPointer, "/a~1b/0"),
      (.relativeJSONPointer, "1#"),
      (.regex, "^a+$"),
      (.decimal, "-12.50e3"),
    ]
  )
  func accept(format: Format, text: String) {
    #expect(format.accepts(text))
  }

  @Test(
    "refuse the rest",
    arguments: [
      (Format.dateTime, "2026-02-29T00:00:00Z"),
      (.dateTime, "2026-02-28 00:00:00Z"),
      (.date, "2026-13-01"),
      (.time, "24:00:00Z"),
      (.time, "22:59:60Z"),
      (.time, "12:00:00"),
      (.duration, "P1Y2D"),
      (.duration, "PT"),
      (.email, "joe.@example.com"),
      (.email, "example.com"),
      (.hostname, "-a.example"),
      (.hostname, "a_b.example"),
      (.hostname, "xn--X"),
      (.idnHostname, "a·l"),
      (.ipv4, "1.2.3.04"),
      (.ipv4, "1.2.3"),
      (.ipv6, "1::2::3"),
      (.ipv6, "fe80::1%eth0"),
      (.ipv6, "1:2:3:4:5:6:7"),
      (.uri, "//example.com"),
      (.uri, "https://exam ple.com"),
      (.uri, "https://example.com:80a/"),
      (.uri, "http://a/%zz"),
      (.uri, "https://example.com/a#b#c"),
      (.uri, "1http://example.com"),
      (.uriReference, "\\\\host\\share"),
      (.iri, "https://example.com/<>"),
      (.uuid, "2eb8aa08-aa98-11ea-b4aa73b441d16380"),
      (.uriTemplate, "/users/{id"),
      (.jsonPointer, "/a~2"),
      (.relativeJSONPointer, "01/a"),
      (.regex, "a++"),
      (.decimal, "1."),
      (.decimal, "0x1"),
    ]
  )
  func refuse(format: Format, text: String) {
    #expect(!format.accepts(text))
  }

  @Test("of a plain URL and of any URI agree")
  func plainURLs() {
    let texts = [
      "http://a", "http://a/", "http://a:80/b?c=d#e", "http://a?b", "http://", "http:///a", "a://b",
      "http://a/b?c/d?e", "http://a:b/", "http://a/#", "http://a/b#c?d/e", "://a", "http:/a",
    ]
    for text in texts where URIFormats.isPlainURL(text) {
      #expect(URIFormats.isURI(text, isInternational: false, needsScheme: true), "\(text)")
    }
  }
}
