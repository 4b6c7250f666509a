import Testing

@testable import HTTPKit

@Suite("A signature for AWS")
struct AWSSignatureTests {
  /// A request, and what botocore 1.43 signs it with.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var service: String
    var method = "GET"
    var path: String
    var query = ""
    var headers: [(String, String)] = []
    var body = ""
    var token: String?
    var isUnsigned = false
    var names: String
    var signature: String

    init(
      _ description: String,
      service: String,
      method: String = "GET",
      path: String,
      query: String = "",
      headers: [(String, String)] = [],
      body: String = "",
      token: String? = nil,
      isUnsigned: Bool = false,
      names: String,
      signature: String
    ) {
      testDescription = description
      (self.service, self.method, self.path, self.query) = (service, method, path, query)
      (self.headers, self.body, self.token) = (headers, body, token)
      (self.isUnsigned, self.names, self.signature) = (isUnsigned, names, signature)
    }
  }

  static let date = 1_440_938_160
  static let token = "IQoJb3JpZ2luX2VjEXAMPLE//token+=="

  static func credentials(token: String? = nil) -> AWSSignature.Credentials {
    AWSSignature.Credentials(
      accessKey: "AKIDEXAMPLE",
      secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      sessionToken: token
    )
  }

  static func hash(_ text: String) -> String {
    AWSSignature.hexadecimal(PlainDigests().sha256(Array(text.utf8)))
  }

  static let cases = [
    Case(
      "nothing but a host",
      service: "execute-api",
      path: "/",
      names: "host;x-amz-date",
      signature: "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"
    ),
    Case(
      "a path that goes beyond ASCII",
      service: "execute-api",
      path: "/caf%C3%A9/%E2%82%AC",
      names: "host;x-amz-date",
      signature: "f7c28bdc23344576f950b70a5ae734bc7b7c106b773fc3f1c595099718d500ee"
    ),
    Case(
      "spaces",
      service: "execute-api",
      path: "/a%20b",
      query: "q=c%20d",
      names: "host;x-amz-date",
      signature: "39fb3a847c069a543266424e37ea20663227b438ef1ba46196c437932c5bbfb4"
    ),
    Case(
      "plus signs",
      service: "execute-api",
      path: "/a+b",
      query: "q=c+d&p=%2B",
      names: "host;x-amz-date",
      signature: "3c4c4eb8616267719dabf7fa09bf291d7796676c13804de79f9959ba84fd0985"
    ),
    Case(
      "repeated names",
      service: "execute-api",
      path: "/",
      query: "b=2&a=z&a=b&b=1&a=10&A=x&a-b=1",
      names: "host;x-amz-date",
      signature: "9f8e556af0db6de26b46ca5128070ad510ab3d4e46624507d20c4c0aa9d405f8"
    ),
    Case(
      "empty values and names",
      service: "execute-api",
      path: "/",
      query: "flag&empty=&=x&&a=b=c",
      names: "host;x-amz-date",
      signature: "e729cf2f100feff0da4f318d389ea20a8f9bc24971b9b0b9e8709642fef30174"
    ),
    Case(
      "slashes that are encoded",
      service: "execute-api",
      path: "/a%2Fb/c",
      query: "p=x%2Fy/z",
      names: "host;x-amz-date",
      signature: "f36b2f244f93af37612ae762d7fb8d8651bd3423b331af3c99c2386d5a619a18"
    ),
    Case(
      "dots in the path",
      service: "execute-api",
      path: "/a/./b/../c//d/..",
      names: "host;x-amz-date",
      signature: "857ff14994a7365731d8651d3802b6fb784bc272c1be1903b0c440513dcfd364"
    ),
    Case(
      "dots that lead to the root",
      service: "execute-api",
      path: "/../a/..",
      names: "host;x-amz-date",
      signature: "0b42ea2cbe5587460c2dc01f388964c0834d1cf82281963872548698c270aeb6"
    ),
    Case(
      "a folder",
      service: "execute-api",
      path: "/a//b/",
      names: "host;x-amz-date",
      signature: "422ce5e8941cefa74b067854f1f68f472ce792724d939b079b65cf0470b81256"
    ),
    Case(
      "encoded dots, and signs that need no encoding",
      service: "execute-api",
      path: "/%2e%2E/~-_.!$&'()*,;=:@",
      query: "~=%7E",
      names: "host;x-amz-date",
      signature: "b5209553cc74840127a55d0b46c1f77fca5c93410c56dc143b60d0dc5b122ff7"
    ),
    Case(
      "space in headers",
      service: "execute-api",
      path: "/",
      headers: [("X-Space", "  a   b \t c  "), ("X-Empty", ""), ("My-Header", "\"a   b\"")],
      names: "host;my-header;x-amz-date;x-empty;x-space",
      signature: "4e657cc9dc823706d46b1f09dd8486e1e1ef6726b21125094e04609730531c93"
    ),
    Case(
      "a header that comes again",
      service: "execute-api",
      path: "/",
      headers: [("X-Dup", "b"), ("x-dup", " a "), ("A-Header", "1")],
      names: "a-header;host;x-amz-date;x-dup",
      signature: "047338376361749dd9d8e13e36b2f1f6b097ff58d21242322968b3c0a22f702b"
    ),
    Case(
      "headers that are not signed",
      service: "execute-api",
      path: "/",
      headers: [
        ("User-Agent", "x"), ("Connection", "close"), ("Expect", "100-continue"), ("Accept", "*/*"),
      ],
      names: "accept;host;x-amz-date",
      signature: "ee3d426231241224f50fa3f597dd707c38ef35ea1695ac09de9587158398c7d7"
    ),
    Case(
      "a session token",
      service: "execute-api",
      path: "/",
      query: "a=1",
      token: token,
      names: "host;x-amz-date;x-amz-security-token",
      signature: "dd47386c49ba0f529f3940cd61579783a943ba0877f1ebd4fd88e0d3e7d274a9"
    ),
    Case(
      "a body",
      service: "execute-api",
      method: "POST",
      path: "/items",
      headers: [("Content-Type", "application/json")],
      body: "{\"name\":\"ü\"}",
      names: "content-type;host;x-amz-date",
      signature: "28e88da66c7fe2b05fcef1af86d2511dd3b197298fb520bae70186597af381de"
    ),
    Case(
      "a method in lower case",
      service: "execute-api",
      method: "delete",
      path: "/items/1",
      names: "host;x-amz-date",
      signature: "6df04a5588e0593f53443d7255fa33653a8ec41f0e95b2fb2cdfeb441396f4af"
    ),
    Case(
      "a body that is not signed",
      service: "execute-api",
      method: "PUT",
      path: "/items",
      body: "x",
      isUnsigned: true,
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "fc891b153e28a02ff15af6d6dedc5c737956f2f18b3e78b0e5d33498845bcb35"
    ),
    Case(
      "an object",
      service: "s3",
      path: "/bucket/key",
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "e6c1e514cdf44b93723f41465c2535b564c77967af924ae0b76876b6a0042e3c"
    ),
    Case(
      "an object's name as it is",
      service: "s3",
      path: "/bucket/a%20b//./c/../%C3%BC%2F+~(1)",
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "427f9b39fc4df3ac86313727e663b601231713b3293d0cd30bd420b184164c87"
    ),
    Case(
      "a list of objects",
      service: "s3",
      path: "/bucket",
      query: "prefix=a%2Fb%20c&list-type=2&delimiter=%2F&continuation-token=",
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "a709788391723fb477c62800042fa045037b521016d599b4f3fc3cc7b2b80fcd"
    ),
    Case(
      "an object that is put",
      service: "s3",
      method: "PUT",
      path: "/bucket/key",
      headers: [("Content-Type", "text/plain"), ("x-amz-meta-name", "a  b")],
      body: "hello",
      token: token,
      names:
        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-name;x-amz-security-token",
      signature: "b2f6cd0d4e2fa3bf0726bad2eac72630ef6c1195171e3f0b18936edacab487d3"
    ),
    Case(
      "an object that is not signed",
      service: "s3",
      method: "PUT",
      path: "/bucket/key",
      query: "uploads",
      body: "hello",
      isUnsigned: true,
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "35cbb4f88a1d3538afbdde67d60f3fa019260e174addd8bb43e9fcd9282f08fc"
    ),
  ]

  @Test("is botocore's", arguments: cases)
  func botocore(item: Case) {
    let signature = AWSSignature(
      AWSSignature.Request(
        method: item.method,
        path: item.path,
        query: item.query,
        headers: item.headers + [("Host", "example.amazonaws.com")],
        payloadHash: item.isUnsigned
          ? AWSSignature.unsignedPayload : AWSSignatureTests.hash(item.body)
      ),
      credentials: AWSSignatureTests.credentials(token: item.token),
      region: "us-east-1",
      service: item.service,
      date: AWSSignatureTests.date,
      digests: PlainDigests()
    )
    #expect(signature.signature == item.signature, "\(signature.canonicalRequest)")
    #expect(
      signature.authorization
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(item.service)/aws4_request, "
        + "SignedHeaders=\(item.names), Signature=\(item.signature)"
    )
  }

  @Test("is made as AWS documents it")
  func documented() {
    let signature = AWSSignature(
      AWSSignature.Request(
        method: "GET",
        path: "/",
        query: "Action=ListUsers&Version=2010-05-08",
        headers: [
          ("Host", "iam.amazonaws.com"),
          ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ],
        payloadHash: AWSSignatureTests.hash("")
      ),
      credentials: AWSSignatureTests.credentials(),
      region: "us-east-1",
      service: "iam",
      date: AWSSignatureTests.date,
      digests: PlainDigests()
    )
    #expect(
      signature.canonicalRequest == """
        GET
        /
        Action=ListUsers&Version=2010-05-08
        content-type:application/x-www-form-urlencoded; charset=utf-8
        host:iam.amazonaws.com
        x-amz-date:20150830T123600Z

        content-type;host;x-amz-date
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        """
    )
    #expect(
      signature.stringToSign == """
        AWS4-HMAC-SHA256
        20150830T123600Z
        20150830/us-east-1/iam/aws4_request
        f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
        """
    )
    #expect(
      signature.signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
    #expect(signature.headers.map(\.name) == ["X-Amz-Date", "Authorization"])
  }

  @Test("takes the place of what an earlier one has left in the headers")
  func again() {
    func signed(_ headers: [(name: String, value: String)]) -> AWSSignature {
      AWSSignature(
        AWSSignature.Request(
          method: "GET",
          path: "",
          headers: [("Host", "example.amazonaws.com")] + headers,
          payloadHash: AWSSignatureTests.hash("")
        ),
        credentials: AWSSignatureTests.credentials(token: "new"),
        region: "us-east-1",
        service: "s3",
        date: AWSSignatureTests.date,
        digests: PlainDigests()
      )
    }
    let first = signed([])
    let second = signed([
      ("x-amz-date", "20000101T000000Z"), ("X-AMZ-Security-Token", "old"),
      ("x-amz-content-sha256", "00"), ("authorization", "old"),
    ])
    #expect(first.canonicalRequest == second.canonicalRequest)
    #expect(first.authorization == second.authorization)
    #expect(
      first.headers.map(\.name) == [
        "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "Authorization",
      ]
    )
    #expect(first.canonicalRequest.hasPrefix("GET\n/\n\nhost:"))
  }

  @Test(
    "has dates in one form",
    arguments: [
      (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"),
      (1_709_164_799, "20240228T235959Z"), (1_709_251_199, "20240229T235959Z"),
      (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"),
      (-1, "19691231T235959Z"), (253_402_300_799, "99991231T235959Z"),
      (.max, "99991231T235959Z"), (.min, "00010101T000000Z"),
    ]
  )
  func dates(seconds: Int, text: String) {
    #expect(AWSSignature.amzDate(seconds) == text)
  }

  @Test("is made with hash functions that are right")
  func digests() {
    #expect(
      AWSSignatureTests.hash("abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    #expect(
      AWSSignatureTests.hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    )
    // RFC 4231, test cases 2 and 6.
    let digests = PlainDigests()
    #expect(
      AWSSignature.hexadecimal(
        digests.hmacSHA256(
          key: Array("Jefe".utf8),
          message: Array("what do ya want for nothing?".utf8)
        )
      ) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    #expect(
      AWSSignature.hexadecimal(
        digests.hmacSHA256(
          key: [UInt8](repeating: 0xAA, count: 131),
          message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        )
      ) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    )
  }
}
