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

@Suite("On its loop the driver", .requires(.nginx, .openssl))
struct LoopTests {
  private let host: HandHost

  init() throws { host = try HandHost() }

  // MARK: - Sockets

  @Test(
    "ends each watch before its descriptor is closed, so that the next socket can have its number"
  )
  func descriptors() throws {
    let server = try TCPFaultServer(
      .sends(Array("HTTP/1.0 302 Found\r\nLocation: /again\r\n\r\n".utf8), then: .closes)
    )
    let call = try host.run(["url": .string(server.url), "max_redirects": 20])
    #expect(call.failure?.message.contains("after 20 redirects") == true)
    #expect(server.connectionCount == 21)
    #expect(host.loop.faults == [])
  }

  @Test("ends the watch of a kept connection that dies when it is used again")
  func keptConnection() throws {
    let requests = Requests()
    let server = try requests.server { number, ofConnection in
      ofConnection == 0 && number == 1 ? nil : Answer.ok("answer \(number)")
    }
    #expect(try host.run(["url": .string(server.url)]).outputs["text"] == "answer 0")
    #expect(try host.run(["url": .string(server.url)]).outputs["text"] == "answer 2")
    #expect(server.connectionCount == 2)
    #expect(host.loop.faults == [])
  }

  @Test("sends a request again over a new connection, however often that was needed before")
  func manyRetries() throws {
    let requests = Requests()
    let used = Locked<Set<Int>>([])
    // Each connection dies with its second request.
    let server = try requests.server { number, ofConnection in
      used.with { $0.insert(ofConnection).inserted } ? Answer.ok("\(number)") : nil
    }
    for round in 0..<10 {
      let call = try host.run(["url": .string(server.url)])
      #expect(call.failure == nil && call.outputs["text"] == .string("\(2 * round)"))
    }
    #expect(requests.all.count == 19)
  }

  @Test("ends only the request whose socket cannot be watched")
  func unwatched() throws {
    let server = try Requests().server { number, _ in Answer.ok("\(number)") }
    let slow = try TCPFaultServer(.stalls)
    let waiting = try host.start(["url": .string(slow.url)])
    try host.loop.run("the first request is under way") { slow.connectionCount == 1 }
    host.loop.watchesToRefuse = 1
    let refused = try host.run(["url": .string(server.url), "method": "post", "data": "x"])
    #expect(refused.failure?.code == DH_ERROR_UNAVAILABLE)
    #expect(refused.failure?.message.contains("cannot wait for another connection") == true)
    #expect(refused.failure?.isRetryable == true)
    #expect(!waiting.isDone)
    #expect(try host.run(["url": .string(server.url)]).failure == nil)
    waiting.stop()
    try host.loop.run("the first request ends") { waiting.isDone }
    #expect(waiting.failure?.code == DH_ERROR_CANCELLED)
  }

  @Test("goes on with another multi where libcurl has given one up")
  func abortedByCallback() throws {
    let server = try Requests().server { number, _ in Answer.ok("\(number)") }
    let loop = HandLoop()
    let client = try HandHost.client(loop)
    let refusing: curl_socket_callback = { _, _, _, _, _ in -1 }
    #expect(ccurl_multi_set_socket_function(client.multi.handle, refusing) == CURLM_OK)
    var lost: [HandCall] = []
    for _ in 0..<3 {
      lost.append(try HandHost.begin(client, loop, ["url": .string(server.url)]).call)
    }
    try loop.run("all end") { lost.allSatisfy(\.isDone) }
    #expect(lost.contains { $0.failure != nil })
    let next = try HandHost.begin(client, loop, ["url": .string(server.url)]).call
    try loop.run("the next one ends") { next.isDone }
    #expect(next.failure == nil)
  }

  @Test("says that the process has no descriptor left")
  func noDescriptor() async {
    await #expect(processExitsWith: .success) {
      let host = try HandHost()
      let server = try Requests().server { number, _ in Answer.ok("\(number)") }
      // What is made on first use is made now.
      let first = try host.run(["url": .string(server.url)])
      precondition(first.failure == nil)
      let free = dup(0)
      close(free)
      var limit = rlimit(rlim_cur: rlim_t(free), rlim_max: rlim_t(free))
      precondition(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let other = server.url.replacing("127.0.0.1", with: "127.0.0.2")
      let failure = try host.run(["url": .string(other)]).failure
      precondition(failure?.message.contains("no file descriptor left: raise") == true)
      precondition(failure?.detail.contains("errno 24") == true)
    }
  }

  // MARK: - Turns

  @Test("lets others have their turn while a fast server sends")
  func fastServer() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    let server = try await NginxServer(options)
    let size = 64 << 20
    try server.addFile("fast.bin", size: size)
    // Made here: it belongs to one thread, and a test that waits may go on on another.
    let host = try HandHost()
    let call = try host.start(
      [
        "url": .string(server.url + "/files/fast.bin"), "tls": ["ca_file": .string(authority.path)],
      ],
      sink: HandCall.Sink()
    )
    try host.loop.run("the call's end") { call.isDone }
    #expect(call.failure == nil)
    #expect(call.sink?.count == size)
    // libcurl itself takes up to 100 pieces of 16 KiB each time that it is called, which is twice.
    #expect(call.sink?.mostAtOnce ?? .max <= 2 * 101 * (16 << 10))
  }

  @Test("is called for a slow reader when there is room, and not in between")
  func slowReader() async throws {
    let nginx = try await NginxServer.shared
    let size = 1 << 20
    try nginx.addFile("slow.bin", size: size)
    // Made here: see `fastServer`.
    let host = try HandHost()
    var sink = HandCall.Sink()
    sink.limit = 64 << 10
    sink.isSlow = true
    let call = try host.start(["url": .string(nginx.url + "/files/slow.bin")], sink: sink)
    var drainCount = 0
    var needless = 0
    try host.loop.run("the call's end") {
      let before = host.loop.callbackCount
      if call.sink?.refusalCount ?? 0 > drainCount {
        // Until there is room nothing is to be done.
        host.loop.turn()
        needless += host.loop.callbackCount - before
        call.drain(16 << 10)
        drainCount += 1
      }
      return call.isDone
    }
    let taken = try #require(call.sink)
    #expect(taken.count == size)
    #expect(taken.refusalCount == drainCount && taken.readyCount == drainCount)
    // Each time that there was room, something fitted.
    #expect(drainCount <= size / (16 << 10))
    // That is libcurl's clock, which has not to do with it.
    #expect(needless <= 4)
  }

  @Test("ends a request whose reader goes away while it waits, also where nothing more comes")
  func readerGone() throws {
    let isFirstTaken = Locked(false)
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfirst")
        while !isFirstTaken.with({ $0 }) { usleep(1000) }
        connection.write("second")
        connection.stall()
      }
    )
    var sink = HandCall.Sink()
    sink.limit = 1
    sink.isSlow = true
    let call = try host.start(["url": .string(server.url), "read_timeout": 0], sink: sink)
    try host.loop.run("the first part is taken") { call.sink?.count == 5 }
    isFirstTaken.with { $0 = true }
    try host.loop.run("the second part is refused") { call.sink?.refusalCount == 1 }
    call.sink?.answer = DH_UNWANTED
    call.drain()
    for _ in 0..<3 { host.loop.turn() }
    #expect(call.failure?.code == DH_ERROR_CANCELLED)
    #expect(call.failure?.message.contains("whoever read the body went away") == true)
  }

  @Test("hears of a time that is up also when another request is taken away just then")
  func stopped() throws {
    let full = try TCPFaultServer(.neverConnects)
    let first = try host.start(["url": .string(full.url), "connect_timeout": 0.3])
    let second = try host.start(["url": .string(full.url), "connect_timeout": 0.301])
    for _ in 0..<3 { host.loop.turn() }
    // Both times are up, and the loop comes to the stop first.
    usleep(500_000)
    first.stop()
    try host.loop.run("both end") { first.isDone && second.isDone }
    #expect(first.failure?.code == DH_ERROR_CANCELLED)
    #expect(second.failure?.pointer == "/connect_timeout")
  }
}
