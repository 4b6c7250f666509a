import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A body", .requires(.httpbin, .python))
struct BodyTests {
  private let rest: RESTHost
  private let httpbin: HTTPBinServer

  init() async throws {
    rest = try RESTHost.shared.get()
    httpbin = try await HTTPBinServer.shared
  }

  private func post(_ body: Value, _ more: ValueMap = [:]) async throws -> Value {
    var inputs = more
    inputs["url"] = .string(httpbin.url + "/anything")
    inputs["method"] = inputs["method"] ?? "post"
    inputs["body"] = body
    return try await rest.request(inputs)["json"]
  }

  @Test("of several parts holds fields and files, with their names and types")
  func multipart() async throws {
    let folder = try TemporaryFolder()
    try folder.write("a,b\n1,2\n", to: "list.csv")
    let echo = try await post([
      "multipart": [
        "name": "Änn \"quoted\"", "age": 42, "ok": true,
        "list": ["file": .string(folder.file("list.csv")), "content_type": "text/csv"],
        "raw": ["bytes": .bytes([0, 1, 2, 255]), "file_name": "r.bin"],
        "note": ["value": "text", "content_type": "text/x-note"],
      ]
    ])
    #expect(echo["form"] == ["age": "42", "name": "Änn \"quoted\"", "note": "text", "ok": "true"])
    #expect(echo["files"]["list"] == "a,b\n1,2\n")
    #expect(echo["files"]["raw"].stringValue?.contains("AAEC/w==") == true)
    let type = echo["headers"]["Content-Type"].stringValue
    #expect(type?.hasPrefix("multipart/form-data; boundary=") == true)
  }

  @Test("of several parts may repeat names, and goes with another method")
  func repeated() async throws {
    let echo = try await post(
      [
        "multipart": [
          ["name": "tag", "value": "a"], ["name": "tag", "value": "b"],
          ["name": "file", "bytes": .bytes(Array("x".utf8)), "file_name": "x.txt"],
        ]
      ],
      ["method": "put"]
    )
    #expect(echo["method"] == "PUT" && echo["form"]["tag"] == ["a", "b"])
    #expect(echo["files"]["file"] == "x")
    // The handle is used again, and nothing of it stays.
    let after = try await rest.request(["url": .string(httpbin.url + "/anything")])
    #expect(after["json"]["method"] == "GET" && after["json"]["data"] == "")
    #expect(after["json"]["headers"]["Content-Type"].isNull)
  }

  @Test("of several parts goes along where a redirect asks for it again")
  func redirected() async throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "x", count: 300_000), to: "big.txt")
    let nginx = try await NginxServer.shared
    let result = try await rest.request([
      "url": .string(nginx.url + "/redirect-dav/form"), "method": "put",
      "body": ["multipart": ["file": ["file": .string(folder.file("big.txt"))]]],
    ])
    #expect(result["status_code"] == 201 || result["status_code"] == 204)
    #expect(try nginx.uploaded("form").count > 300_000)
  }

  @Test("of several parts is refused for a file that is none, before a socket is opened")
  func noFile() async throws {
    let folder = try TemporaryFolder()
    for path in [folder.file("missing"), folder.path, "/dev/stdin"] {
      let error = await rest.failure([
        "url": "http://localhost:1/", "method": "post",
        "body": ["multipart": ["file": ["file": .string(path)]]],
      ])
      #expect(error?.code == .invalidInput)
      #expect(error?.pointer?.description == "/body/multipart/file/file")
    }
  }

  @Test("of bytes arrives as it is")
  func bytes() async throws {
    let echo = try await post(["bytes": .bytes([0xFF, 0, 0xFE])])
    #expect(echo["headers"]["Content-Type"] == "application/octet-stream")
    #expect(echo["data"].stringValue?.hasSuffix("base64,/wD+") == true)
    let text = try await post(["bytes": "aGVsbG8="])
    #expect(text["data"] == "hello")
  }

  @Test(
    "and a query write lists as they are told to",
    arguments: [
      ("repeat", "a=1&a=2&b=x"), ("brackets", "a%5B%5D=1&a%5B%5D=2&b=x"),
      ("indexed", "a%5B0%5D=1&a%5B1%5D=2&b=x"), ("comma", "a=1%2C2&b=x"),
    ]
  )
  func arrays(format: String, written: String) async throws {
    let server = try await PagingServer()
    let result = try await rest.request([
      "url": .string(server.url + "/echo"), "method": "post", "array_format": .string(format),
      "query": ["a": [1, 2], "b": "x"], "body": ["urlencoded": ["a": [1, 2], "b": "x"]],
    ])
    #expect(result["json"]["query"] == .string(written))
    #expect(result["json"]["body"] == .string(written))
  }
}

@Suite("Cookies", .requires(.python))
struct CookieTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    // Its own: cookies are kept from call to call.
    rest = try RESTHost()
    server = try await PagingServer()
  }

  private func cookies(_ path: String, _ more: ValueMap = [:]) async throws -> Value {
    var inputs = more
    inputs["url"] = .string(server.url + path)
    return try await rest.request(inputs)["json"]["cookies"]
  }

  @Test("of an input are sent along")
  func given() async throws {
    let sent = try await cookies(
      "/cookies",
      ["cookies": ["a": "1", "b": 2], "headers": ["Cookie": "c=3"]]
    )
    #expect(sent == ["a": "1", "b": "2", "c": "3"])
    let error = await rest.failure([
      "url": "http://localhost:1/", "cookies": ["a": "1; admin=1"],
    ])
    #expect(error?.code == .invalidInput && error?.pointer?.description == "/cookies/a")
  }

  @Test("are kept under a name, and nowhere else")
  func jar() async throws {
    _ = try await cookies("/cookies/set?sid=42", ["cookie_jar": "one"])
    #expect(try await cookies("/cookies", ["cookie_jar": "one"]) == ["sid": "42"])
    #expect(try await cookies("/cookies", ["cookie_jar": "two"]) == [:])
    #expect(try await cookies("/cookies") == [:])
    _ = try await cookies("/cookies/delete?sid=", ["cookie_jar": "one"])
    #expect(try await cookies("/cookies", ["cookie_jar": "one"]) == [:])
  }

  @Test("are not for somebody with other credentials, whatever the name")
  func otherCredentials() async throws {
    func jar(_ token: Value) -> ValueMap {
      [
        "cookie_jar": "shared",
        "authentication": ["authentication_method": "bearer", "token": token],
      ]
    }
    _ = try await cookies("/cookies/set?sid=ann", jar("ann"))
    #expect(try await cookies("/cookies", jar("bob")) == [:])
    #expect(try await cookies("/cookies", jar("ann")) == ["sid": "ann"])
  }
}
