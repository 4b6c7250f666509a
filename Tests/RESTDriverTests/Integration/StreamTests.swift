import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A body that goes to a channel", .requires(.nginx, .httpbin))
struct StreamTests {
  let rest: RESTHost
  let nginx: NginxServer

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
  }

  private func stream(
    _ inputs: ValueMap,
    to destination: ChannelDestination
  ) async throws -> ConnectionResult {
    var options = CallOptions()
    options.outputs["body"] = destination
    return try await rest.host.connect(type: "REST", inputs, options: options)
  }

  @Test("comes whole behind a slow reader, whatever max_response_bytes is")
  func slowReader() async throws {
    let size = 20 << 20
    try nginx.addFile("stream.bin", size: size)
    let total = Locked(0)
    let result = try await stream(
      ["url": .string(nginx.url + "/files/stream.bin"), "max_response_bytes": 1000],
      to: .bytes { bytes in
        usleep(2000)
        total.with { $0 += bytes.count }
      }
    )
    #expect(total.with { $0 } == size)
    #expect(result["status_code"] == 200)
    #expect(result.outputs["bytes"] == nil && result.outputs["text"] == nil)
    #expect(rest.misuses == 0)
  }

  @Test("comes decompressed")
  func decompressed() async throws {
    let text = String(repeating: "0123456789", count: 200_000)
    try nginx.addFile("digits.txt", text)
    let received = Locked([UInt8]())
    let result = try await stream(
      ["url": .string(nginx.url + "/gzip/digits.txt")],
      to: .bytes { bytes in received.with { $0 += bytes } }
    )
    #expect(result["headers"]["Content-Encoding"] == "gzip")
    #expect(received.with { $0 } == Array(text.utf8))
  }

  @Test("of a status that is not expected stays in the outputs")
  func unexpected() async throws {
    let received = Locked(0)
    do {
      _ = try await stream(
        ["url": .string(nginx.url + "/status/404")],
        to: .bytes { bytes in received.with { $0 += bytes.count } }
      )
      Issue.record("it succeeded")
    } catch {
      #expect((error as? HostError)?.outputs["json"] == ["status": 404])
    }
    #expect(received.with { $0 } == 0)
  }

  @Test("is that of the last answer, after redirects")
  func redirected() async throws {
    let received = Locked([UInt8]())
    _ = try await stream(
      ["url": .string(nginx.url + "/redirect/2")],
      to: .bytes { bytes in received.with { $0 += bytes } }
    )
    #expect(String(decoding: received.with { $0 }, as: UTF8.self).hasPrefix("{\"greeting\""))
  }

  @Test("goes into the file that destination names, once all of it is there")
  func destination() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answer.bin"
    try nginx.addFile("answer.bin", size: 3 << 20)
    func inputs(_ path: String, _ target: String) -> ValueMap {
      ["url": .string(nginx.url + path), "destination": .string(target)]
    }
    let result = try await rest.request(inputs("/files/answer.bin", path))
    #expect(result["status_code"] == 200 && result.outputs["bytes"] == nil)
    #expect(try Data(contentsOf: URL(filePath: path)).count == 3 << 20)
    // Neither a failure nor a test of the connection changes what is there.
    let failure = await rest.failure(inputs("/status/404", path))
    #expect(failure?.outputs["json"] == ["status": 404])
    var options = CallOptions()
    options.action = "test"
    _ = try await rest.host.connect(type: "REST", inputs("/json", path), options: options)
    #expect(try Data(contentsOf: URL(filePath: path)).count == 3 << 20)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["answer.bin"])
    // The folder is looked at before anything is sent.
    let missing = await rest.failure(inputs("/json", folder.path + "/none/answer.bin"))
    #expect(missing?.message.contains("/none/answer.bin") == true)
  }

  @Test("whose reader fails ends the request")
  func failingReader() async throws {
    struct Full: Error {}
    try nginx.addFile("full.bin", size: 5 << 20)
    let url = Value.string(nginx.url + "/files/full.bin")
    await #expect(throws: HostError.self) {
      _ = try await stream(["url": url], to: .bytes { _ in throw Full() })
    }
    #expect(rest.host.statistics.drivers["REST"]?.abandonedCalls == 0)
  }

  @Test("is not that of a redirect, whatever statuses are expected")
  func expectedRedirect() async throws {
    let received = Locked([UInt8]())
    func inputs(_ follows: Bool) -> ValueMap {
      [
        "url": .string(nginx.url + "/redirect/2"), "expected_status_code": ["2xx", "3xx"],
        "allow_redirects": .bool(follows),
      ]
    }
    _ = try await stream(inputs(true), to: .bytes { bytes in received.with { $0 += bytes } })
    let text = String(decoding: received.with { $0 }, as: UTF8.self)
    #expect(text.hasPrefix("{\"greeting\"") && text.hasSuffix("}"))
    // One that is not followed is an answer like others.
    received.with { $0 = [] }
    _ = try await stream(inputs(false), to: .bytes { bytes in received.with { $0 += bytes } })
    #expect(String(decoding: received.with { $0 }, as: UTF8.self).contains("302 Found"))
  }

  @Test("is asked for in encodings that do not expand without limit while its reader is slow")
  func encodings() async throws {
    // 100 MiB of zeros in brotli.
    let bomb = try #require(
      Data(
        base64Encoded:
          "y///PwAkAOKxQHLv//j//weABEAcFoDu/R////8AkACIwwLQvf/j//8fABIAcVgAuvd//P//A0ACIA4L"
          + "QPf+j///fwBIAMRhAeje//H//w8ACYA4LADd+z/+//8BIAEQhwWge//H//8/ACQA4rAAdO//+P//B4AE"
          + "QBwWgO79H////wCQAIjDAtC9/+P//x8AEgBxWAC693/5//8DQAIgDgtA9/4H"
      )
    )
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nConnection: close\r\n\r\n"
    let server = try TCPFaultServer(.sends(Array(head.utf8) + bomb, then: .closes))
    let error = await #expect(throws: HostError.self) {
      _ = try await stream(["url": .string(server.url)], to: .bytes { _ in usleep(100_000) })
    }
    #expect(error?.code == .tooLarge && error?.pointer?.description == "/compression")
    #expect(error?.message.contains("while its reader is slow: set compression to false") == true)
    #expect(
      server.requestHeads.first?.contains("Accept-Encoding: gzip, deflate\r\n") == true
    )
    // What is collected may come in any encoding: that has a limit of its own.
    let collected = await rest.failure(["url": .string(server.url)])
    #expect(collected?.pointer?.description == "/max_response_bytes")
    #expect(server.requestHeads.last?.contains("br") == true)
  }

  @Test("of an upload is sent whole, beyond what a socket holds")
  func upload() async throws {
    let text = (0..<400_000).map { String($0) }.joined(separator: " ")
    let result = try await rest.request([
      "url": .string(try await HTTPBinServer.shared.url + "/anything"), "method": "post",
      "data": .string(text),
    ])
    #expect(result["json"]["data"] == .string(text))
  }
}
