import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Analysis", .requires(.nginx, .httpbin, .python))
struct ActionTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    server = try await PagingServer()
  }

  // MARK: - openapi

  @Test(
    "finds a description at the address, below it and at the server's root",
    arguments: ["", "/openapi.json", "/items"]
  )
  func found(path: String) async throws {
    let result = try await rest.request(["url": .string(server.url + path)], action: "openapi")
    #expect(result["url"] == .string(server.url + "/openapi.json"))
    #expect(result["spec_version"].stringValue?.hasPrefix("3.1") == true)
    #expect(result["title"].stringValue?.isEmpty == false)
    let operations = (result["operations"].listValue ?? []).map {
      "\($0["method"].stringValue ?? "") \($0["path"].stringValue ?? "")"
    }
    #expect(operations.contains("GET /items") && operations.contains("POST /items"))
  }

  @Test(
    "reads descriptions in YAML, and old ones",
    arguments: ["/nested/openapi.yaml", "/old/swagger.json", "/nested", "/old"]
  )
  func forms(path: String) async throws {
    let result = try await rest.request(["url": .string(server.url + path)], action: "openapi")
    let isOld = path.hasPrefix("/old")
    #expect(result["spec_version"].stringValue?.hasPrefix(isOld ? "2.0" : "3.0") == true)
    #expect(result["operations"].listValue?.isEmpty == false)
    #expect(result["servers"].listValue?.isEmpty == false)
  }

  @Test("says where it has looked where there is no description")
  func missing() async throws {
    let nginx = try await NginxServer.shared
    let error = await rest.failure(["url": .string(nginx.url + "/json")], action: "openapi")
    #expect(error?.code == .notFound)
    #expect((error?.outputs["tried"]?.listValue?.count ?? 0) > 10)
  }

  // MARK: - headers

  @Test("reads the headers alone, whatever the method is")
  func headers() async throws {
    let nginx = try await NginxServer.shared
    let result = try await rest.request(
      ["url": .string(nginx.url + "/json"), "method": "delete", "data": "x"],
      action: "headers"
    )
    #expect(result["method"] == "HEAD" && result["status_code"] == 200)
    #expect(result["headers"]["Content-Type"].stringValue?.contains("json") == true)
    #expect(result.outputs["json"] == nil && result.outputs["text"] == nil)
  }

  @Test("reads the headers by GET where the server does not know HEAD")
  func noHead() async throws {
    let fault = try TCPFaultServer(
      .runs { connection in
        while true {
          let head = connection.readHead()
          if head.isEmpty { return }
          let answer =
            head.hasPrefix("HEAD")
            ? "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nX-By: get\r\nContent-Length: 1000000\r\n\r\nxxxxxxxx"
          guard connection.write(answer) else { return }
        }
      }
    )
    let result = try await rest.request(
      ["url": .string("http://127.0.0.1:\(fault.port)/")],
      action: "headers"
    )
    #expect(result["method"] == "GET" && result["headers"]["X-By"] == "get")
  }

  // MARK: - curl

  private func command(_ inputs: ValueMap) async throws -> String {
    try await rest.request(inputs, action: "curl")["command"].stringValue ?? ""
  }

  @Test("writes a command that sends the same request")
  func sameRequest() async throws {
    let inputs: ValueMap = [
      "url": .string(server.url + "/echo"), "method": "put", "query": ["q": "it's \"x\" & y"],
      "headers": ["X-One": "a 'b' $c", "Accept": "application/json"], "data": ["name": "O'Hara\n"],
    ]
    let command = try await command(inputs)
    let theirs = try await Command.run("/bin/sh", ["-c", command + " --silent --noproxy '*'"])
    #expect(theirs.status == 0)
    let ours = try await rest.request(inputs)
    let (sent, got) = try (JSON.parse(theirs.output), ours["json"])
    for member in ["method", "path", "query", "body"] { #expect(sent[member] == got[member]) }
    let requests = try server.requests()
    for name in ["x-one", "accept", "content-type"] {
      #expect(requests[0][name] == requests[1][name])
    }
  }

  @Test("shows no secret, and sends nothing")
  func secrets() async throws {
    let url = "\(server.url)/echo"
    for authentication: Value in [
      ["authentication_method": "basic", "username": "ann", "password": "s3cr3t"],
      ["authentication_method": "digest", "username": "ann", "password": "s3cr3t"],
      ["authentication_method": "ntlm", "username": "ann", "password": "s3cr3t"],
      ["authentication_method": "bearer", "token": "s3cr3t"],
      ["authentication_method": "api_key", "key": "s3cr3t"],
      ["authentication_method": "api_key", "key": "s3cr3t", "in": "query", "name": "key"],
      ["authentication_method": "api_key", "key": "s3cr3t", "in": "cookie", "name": "sid"],
      [
        "authentication_method": "aws_sigv4", "access_key_id": "AKID",
        "secret_access_key": "s3cr3t",
        "session_token": "s3cr3t", "region": "r", "service": "s",
      ],
      [
        "authentication_method": "oauth2_client_credentials", "token_url": .string(url),
        "client_id": "c", "client_secret": "s3cr3t",
      ],
    ] {
      let command = try await command([
        "url": .string(url), "authentication": authentication,
        "network": ["proxy": ["url": "http://p:1", "username": "u", "password": "s3cr3t"]],
      ])
      #expect(!command.contains("s3cr3t"), "\(command)")
      #expect(command.contains("***"))
    }
    #expect(try server.requests().isEmpty)
  }

  @Test("shows how the request goes through the network")
  func network() async throws {
    let command = try await command([
      "url": "https://api.example.org/", "connect_timeout": 2.5,
      "network": [
        "ip_family": "ipv4", "http_version": "1.1", "resolve": ["api.example.org": "192.0.2.1"],
      ],
      "tls": ["verify": false], "authentication": ["authentication_method": "negotiate"],
    ])
    for word in [
      "--ipv4", "--http1.1", "--connect-to api.example.org::192.0.2.1:", "--insecure",
      "--negotiate",
      "--connect-timeout 2.5",
    ] {
      #expect(command.contains(word), "\(command)")
    }
  }
}
