import CCurl
import DriverABI
import Foundation
import TestSupport
import Testing

@testable import CurlKit
@testable import DriverHost
@testable import DriverKit
@testable import HTTPKit
@testable import RESTDriver

@Suite("Between requests the driver", .requires(.nginx, .openssl))
struct StateTests {
  private let host: HandHost

  init() throws { host = try HandHost() }

  // MARK: - Names

  @Test("asks the host for a name once, whatever the port, and nobody else")
  func namePorts() throws {
    host.loop.names["rest.test"] = .addresses(["127.0.0.1"])
    for round in 0..<3 {
      let server = try Requests().server { _, _ in Answer.ok("here") }
      let url = Value.string("http://rest.test:\(server.port)/\(round)")
      // No name server knows it: who asks another than the host gets no address.
      #expect(try host.run(["url": url]).outputs["text"] == "here")
      #expect(try host.run(["url": url]).outputs["text"] == "here")
    }
    #expect(host.loop.askedNames == ["rest.test"])
  }

  @Test("tells a name that nobody has from name servers that do not answer")
  func nameFailures() throws {
    host.loop.names["none.test"] = .error(
      code: DH_ERROR_DNS,
      vendorCode: -2,
      flags: 0,
      message: "no such name"
    )
    host.loop.names["later.test"] = .error(
      code: DH_ERROR_DNS,
      vendorCode: -3,
      flags: DH_RETRYABLE,
      message: "try again"
    )
    let none = try host.run(["url": "http://none.test/"]).failure
    #expect(none?.message.contains("\"none.test\" has no address: check its spelling") == true)
    #expect(none?.isRetryable == false && none?.vendorCode == -2)
    let later = try host.run(["url": "http://later.test/", "method": "post"]).failure
    #expect(later?.message.contains("no name server has answered") == true)
    #expect(later?.isRetryable == true && later?.vendorCode == -3)
  }

  @Test("can be cancelled while a name is looked up")
  func cancelledLookUp() throws {
    let call = try host.start(["url": "http://never.test/"])
    try host.loop.run("the name is asked for") { host.loop.askedNames == ["never.test"] }
    for _ in 0..<3 { host.loop.turn() }
    #expect(!call.isDone)
    call.stop()
    try host.loop.run("the call's end") { call.isDone }
    #expect(call.failure?.code == DH_ERROR_CANCELLED)
    // The answer comes too late for anybody.
    host.loop.names["never.test"] = .addresses(["127.0.0.1"])
    for _ in 0..<3 { host.loop.turn() }
    #expect(call.failure?.code == DH_ERROR_CANCELLED)
  }

  // MARK: - What is kept

  @Test(
    "keeps nothing of a request that is over",
    arguments: [
      ["url": "http://never.test/", "total_timeout": 0.05],
      ["url": "http://none.test/"], ["url": "http://127.0.0.1:1/"],
    ] as [ValueMap]
  )
  func noLeak(inputs: ValueMap) throws {
    let loop = HandLoop()
    loop.names["none.test"] = .error(code: DH_ERROR_DNS, vendorCode: -2, flags: 0, message: "none")
    let client = try HandHost.client(loop)
    weak var exchange: Exchange?
    let call: HandCall
    do {
      let begun = try HandHost.begin(client, loop, inputs)
      (call, exchange) = (begun.call, begun.exchange)
    }
    try loop.run("the call's end") { call.isDone }
    for _ in 0..<3 { loop.turn() }
    #expect(exchange == nil)
  }

  @Test("keeps no answer and no address in the handles that wait for the next request")
  func idleHandles() async throws {
    let nginx = try await NginxServer.shared
    try nginx.addFile("kept.bin", size: 8 << 20)
    let loop = HandLoop()
    let client = try HandHost.client(loop)
    let url = Value.string(nginx.url + "/files/kept.bin?key=geheim")
    let call = try HandHost.begin(client, loop, ["url": url]).call
    try loop.run("the call's end") { call.isDone }
    #expect(call.failure == nil)
    let handle = try client.takeHandle()
    let (body, head) = ((handle.body.count, handle.body.capacity), handle.head.isEmpty)
    #expect(body.0 == 0 && body.1 <= 64 << 10 && head)
    #expect(handle.transfer.easy.text(CURLINFO_EFFECTIVE_URL)?.isEmpty != false)
  }

  @Test("does not use a handle again that it could not set to a request")
  func unsoundHandle() throws {
    let client = try HandHost.client(HandLoop())
    let handle = try client.takeHandle()
    var inputs = try restInputs(["url": "https://127.0.0.1/"])
    inputs.method = String(repeating: "X", count: 9_000_000)
    var setting = RequestHandle.Setting()
    setting.trust = .anybody
    #expect(throws: CurlError.self) { try handle.prepare(inputs, setting, pin: nil) }
    client.giveBack(handle)
    let next = try client.takeHandle()
    #expect(next !== handle)
  }

  @Test("checks certificates again after a request that did not want that")
  func verification() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    let server = try await NginxServer(options)
    // Made here: it belongs to one thread, and a test that waits may go on on another.
    let host = try HandHost()
    // One handle serves them all, one after another.
    func code(_ tls: Value) throws -> UInt32? {
      try host.run(["url": .string(server.url + "/json"), "tls": tls]).failure?.code
    }
    let known: Value = ["ca": .string(try authority.pem)]
    for _ in 0..<2 {
      #expect(try code(["verify": false]) == nil)
      #expect(try code([:]) == DH_ERROR_TLS)
      #expect(try code(known) == nil)
      #expect(try code([:]) == DH_ERROR_TLS)
      #expect(try code(["verify": false]) == nil)
      #expect(try code(known) == nil)
    }
  }

  // MARK: - Secrets

  @Test("gives a secret URL away neither in an output nor in a message")
  func secretURL() async throws {
    let nginx = try await NginxServer.shared
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue(names: ["other.example"], addresses: [])
    let server = try await NginxServer(options)
    // Made here: it belongs to one thread, and a test that waits may go on on another.
    let host = try HandHost()
    let secret = [JSONPointer(["url"])]
    func texts(_ call: HandCall) -> String {
      // These are flagged, or what the server says.
      let own = call.outputs.filter { !["url", "redirects", "headers"].contains($0.key) }
      return "\(own) \(call.failure as Any)"
    }
    let found = try host.run(["url": .string(nginx.url + "/redirect/1")], secrets: secret)
    #expect(found.failure == nil)
    #expect(
      Set(found.secrets.map(\.description)) == ["/url", "/redirects/0/url"]
    )
    let port = String(nginx.port)
    for path in ["/status/404", "/loop", "/redirect-to?url=file:///x"] {
      let failed = try host.run(["url": .string(nginx.url + path)], secrets: secret)
      #expect(failed.failure?.message.contains("secret") == true)
      #expect(!texts(failed).contains(port) && !texts(failed).contains("127.0.0.1"))
    }
    let refusing = try TCPFaultServer(.refuses)
    let steps = try host.run(["url": .string(refusing.url)], action: "test", secrets: secret)
    #expect(!texts(steps).contains(String(refusing.port)))
    host.loop.names["none.test"] = .error(
      code: DH_ERROR_DNS,
      vendorCode: -2,
      flags: 0,
      message: "none.test has no address"
    )
    let unknown = try host.run(["url": "http://none.test/"], secrets: secret)
    #expect(!texts(unknown).contains("none.test"))
    let inputs: ValueMap = [
      "url": .string(server.url), "tls": ["ca": .string(try authority.pem)],
    ]
    let mistaken = try host.run(inputs, secrets: secret)
    #expect(mistaken.failure?.message.contains("for another name than the URL's") == true)
    #expect(!texts(mistaken).contains("localhost"))
  }

  @Test("passes a trace on that is one, and no other")
  func traces() throws {
    let requests = Requests()
    let server = try requests.server { _, _ in Answer.ok("") }
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    _ = try host.run(["url": .string(server.url)], traceparent: trace)
    _ = try host.run(["url": .string(server.url)], traceparent: trace + "\r\nX-Injected: yes")
    #expect(requests.all.count == 2)
    #expect(requests.all[0].contains("traceparent: \(trace)\r\n"))
    #expect(!requests.all[1].lowercased().contains("traceparent"))
    #expect(!requests.all[1].contains("X-Injected"))
  }
}
