import Testing

@testable import HTTPKit

@Suite("An OpenAPI document")
struct OpenAPISummaryTests {
  static func summary(_ text: String) throws(OpenAPISummary.Unknown) -> OpenAPISummary {
    let bytes = Array(text.utf8)
    return try OpenAPISummary(bytes.span)
  }

  @Test("of version 3 is summarised")
  func version3() throws {
    let summary = try OpenAPISummaryTests.summary(
      #"""
      {
        "openapi": "3.1.0",
        "info": {"title": "Pets \u2764", "version": "1.2"},
        "servers": [
          {"url": "https://{region}.example.org/{base}/{other}",
           "variables": {"region": {"enum": ["eu", "us"], "default": "eu"}, "base": {"default": "v1"}}},
          {"description": "no URL"},
          {"url": "/v2"}
        ],
        "paths": {
          "/pets": {
            "summary": "All pets",
            "parameters": [{"name": "get", "in": "query"}],
            "get": {"operationId": "listPets", "summary": "Lists pets", "tags": ["get"]},
            "post": {"deprecated": true, "x": {"deprecated": false}}
          },
          "x-internal": {"get": {}},
          "/pets/{id}": {"delete": {"operationId": "removePet", "deprecated": false}, "x-get": {}},
          "/shared": {"$ref": "#/components/pathItems/shared"}
        },
        "components": {"paths": {"/no": {"get": {}}}}
      }
      """#
    )
    #expect(summary.title == "Pets ❤")
    #expect(summary.version == "1.2")
    #expect(summary.specVersion == "3.1.0")
    #expect(summary.servers == ["https://eu.example.org/v1/{other}", "/v2"])
    #expect(
      summary.operations == [
        .init(
          method: "GET",
          path: "/pets",
          operationID: "listPets",
          summary: "Lists pets",
          isDeprecated: false
        ),
        .init(method: "POST", path: "/pets", isDeprecated: true),
        .init(method: "DELETE", path: "/pets/{id}", operationID: "removePet", isDeprecated: false),
      ]
    )
  }

  @Test("of version 3.2 has methods of any name")
  func version32() throws {
    let summary = try OpenAPISummaryTests.summary(
      #"""
      {"openapi": "3.2.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {
        "query": {}, "additionalOperations": {"COPY": {"summary": "Copies"}}}}}
      """#
    )
    #expect(summary.operations.map(\.method) == ["QUERY", "COPY"])
    #expect(summary.operations.last?.summary == "Copies")
    #expect(summary.servers == ["/"])
  }

  @Test(
    "of version 2 has servers of its parts",
    arguments: [
      (
        #""host":"a.example:81","basePath":"/v1","schemes":["https","http"]"#,
        ["https://a.example:81/v1", "http://a.example:81/v1"]
      ),
      (#""host":"a.example","schemes":["https"]"#, ["https://a.example"]),
      (#""host":"a.example","basePath":"v1""#, ["//a.example/v1"]),
      (#""basePath":"/v1""#, ["/v1"]), (#""schemes":["https"]"#, ["/"]),
      (#""host":"a.example","basePath":"/","schemes":"https""#, ["//a.example"]),
    ]
  )
  func version2(members: String, servers: [String]) throws {
    let summary = try OpenAPISummaryTests.summary(
      #"{"swagger":"2.0",\#(members),"paths":{"/x":{"get":{"operationId":"x"}}}}"#
    )
    #expect(summary.specVersion == "2.0")
    #expect(summary.servers == servers)
    #expect(summary.operations.map(\.operationID) == ["x"])
  }

  @Test(
    "may be none",
    arguments: [
      ("", "no JSON object"), ("[]", "no JSON object"), ("\"openapi\"", "no JSON object"),
      ("{}", "neither"), (#"{"info":{"openapi":"3.0.0"}}"#, "neither"),
      (#"{"openapi":null}"#, "neither"), (#"{"openapi":"4.0.0"}"#, "4.0.0"),
      (#"{"openapi":"30.0"}"#, "30.0"), (#"{"swagger":"1.2"}"#, "1.2"), ("{\"openapi\"", "neither"),
    ]
  )
  func none(text: String, reason: String) {
    let error = #expect(throws: OpenAPISummary.Unknown.self) {
      _ = try OpenAPISummaryTests.summary(text)
    }
    #expect(error?.reason.contains(reason) == true)
  }

  @Test(
    "with parts of other kinds is summarised without them",
    arguments: [
      #"{"openapi":"3.0.0"}"#, #"{"openapi":"3.0.0","info":[],"servers":{},"paths":[]}"#,
      #"{"openapi":3.0,"info":null,"servers":[1,null,[]],"paths":{"/a":null,"/b":{"x":1}}}"#,
      #"{"openapi":"3.0.0","servers":[{"url":"{a","variables":1},{"url":null}],"paths":"/""#,
      #"{"openapi":"3.0.0","paths":{"/a":{"#,
    ]
  )
  func otherKinds(text: String) throws {
    let summary = try OpenAPISummaryTests.summary(text)
    #expect(summary.title.isEmpty)
    #expect(summary.operations.isEmpty)
    #expect(summary.servers.count == 1)
  }
}
