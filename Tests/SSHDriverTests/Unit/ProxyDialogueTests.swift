import DriverKit
import Testing

@testable import SSHDriver

@Suite("Asking a proxy for a connection")
struct ProxyDialogueTests {
  private let names = ProxyNames(proxy: "http://proxy:8080", target: "server:22")
  private let ann = Proxy.Credentials(user: "ann", password: "a:b")

  /// What a dialogue says behind its opening, and what is left behind the answer.
  private func hold(
    _ dialogue: some ProxyDialogue,
    _ answer: [UInt8],
    by size: Int
  ) throws(DriverError) -> (said: [UInt8], rest: [UInt8], isDone: Bool) {
    var dialogue = dialogue
    var (said, pending): ([UInt8], [UInt8]) = ([], [])
    for start in stride(from: 0, to: answer.count, by: size) {
      pending += answer[start..<min(start + size, answer.count)]
      var more = true
      while more, !pending.isEmpty {
        var bytes = pending[...]
        let step = try dialogue.take(&bytes)
        pending = Array(bytes)
        switch step {
        case .wait: more = false
        case .say(let text): said += text
        case .done: return (said, pending + answer.dropFirst(start + size), true)
        }
      }
    }
    return (said, pending, false)
  }

  private func error(_ dialogue: some ProxyDialogue, _ answer: [UInt8]) -> DriverError? {
    do throws(DriverError) {
      _ = try hold(dialogue, answer, by: answer.count)
      return nil
    } catch {
      return error
    }
  }

  @Test("leaves what the server says behind an HTTP answer", arguments: 1...64)
  func connect(size: Int) throws {
    let dialogue = HTTPConnect("[::1]:22", ann, names)
    #expect(
      String(decoding: dialogue.opening, as: UTF8.self)
        == "CONNECT [::1]:22 HTTP/1.1\r\nHost: [::1]:22\r\nProxy-Authorization: Basic YW5uOmE6Yg==\r\n\r\n"
    )
    let answer = "HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.0 200 OK\nX: y\n\nSSH-2.0-x\r\n"
    let end = try hold(dialogue, Array(answer.utf8), by: size)
    #expect(end.isDone && end.said.isEmpty && end.rest == Array("SSH-2.0-x\r\n".utf8))
  }

  @Test(
    "tells an HTTP proxy's refusals apart",
    arguments: [
      ("HTTP/1.1 403 Forbidden\r\n\r\n", DriverError.Code.forbidden, "403 Forbidden"),
      ("HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM\r\n\r\n", .unauthenticated, "NTLM"),
      ("HTTP/1.1 503 Later\r\n\r\n", .unavailable, "503 Later"),
      ("HTTP/1.1 404 Not\r\n\r\n", .remoteFailure, "404"),
      ("HTTP/1.1 2x0 OK\r\n\r\n", .protocolViolation, "first line"),
      ("SSH-2.0-OpenSSH\r\n", .protocolViolation, "SSH server"),
      ("\u{5}\u{0}", .protocolViolation, "no HTTP"),
      (
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 20_000), .protocolViolation,
        "16384"
      ),
    ]
  )
  func refusals(answer: String, code: DriverError.Code, text: String) {
    let error = error(HTTPConnect("server:22", nil, names), Array(answer.utf8))
    #expect(error?.code == code)
    for part in [text, "http://proxy:8080", "server:22"] {
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
  }

  @Test("leaves what the server says behind a SOCKS answer", arguments: 1...64)
  func socks(size: Int) throws {
    let dialogue = SOCKSConnect("server.test", 8022, ann, names)
    #expect(dialogue.opening == [5, 2, 0, 2])
    let answer: [UInt8] = [5, 2, 1, 0, 5, 0, 0, 3, 2, 0x61, 0x62, 0, 22] + Array("SSH".utf8)
    let end = try hold(dialogue, answer, by: size)
    #expect(end.isDone && end.rest == Array("SSH".utf8))
    let login: [UInt8] = [1, 3] + Array("ann".utf8) + [3] + Array("a:b".utf8)
    let request: [UInt8] = [5, 1, 0, 3, 11] + Array("server.test".utf8) + [0x1F, 0x56]
    #expect(end.said == login + request)
  }

  @Test("hands addresses to a SOCKS proxy as such")
  func addresses() throws {
    let four = try hold(SOCKSConnect("127.0.0.1", 22, nil, names), [5, 0], by: 2)
    #expect(four.said == [5, 1, 0, 1, 127, 0, 0, 1, 0, 22])
    let six = try hold(SOCKSConnect("::1", 22, nil, names), [5, 0], by: 2)
    #expect(six.said == [5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 0, 22])
  }

  @Test(
    "tells a SOCKS proxy's refusals apart, by their names",
    arguments: [
      ([5, 0xFF], DriverError.Code.unauthenticated, "username"),
      ([5, 2], .protocolViolation, "not offered"),
      ([0x48, 0x54], .protocolViolation, "no SOCKS proxy"),
      ([5, 0, 5, 1, 0, 1], .unavailable, "general SOCKS server failure"),
      ([5, 0, 5, 2, 0, 1], .forbidden, "not allowed by ruleset"),
      ([5, 0, 5, 3], .unavailable, "network unreachable"),
      ([5, 0, 5, 4], .unavailable, "host unreachable"),
      ([5, 0, 5, 5], .unavailable, "connection refused"),
      ([5, 0, 5, 6], .unavailable, "TTL expired"),
      ([5, 0, 5, 7], .unsupported, "command not supported"),
      ([5, 0, 5, 8], .unsupported, "address type"),
      ([5, 0, 5, 77], .protocolViolation, "77"),
      ([5, 0, 5, 0, 0, 9, 0], .protocolViolation, "kind 9"),
    ] as [([UInt8], DriverError.Code, String)]
  )
  func codes(answer: [UInt8], code: DriverError.Code, text: String) {
    let error = error(SOCKSConnect("server", 22, nil, names), answer)
    #expect(error?.code == code && error?.message.contains(text) == true, "\(error?.message ?? "")")
  }

  @Test("reads the URL of a proxy")
  func url() throws {
    let plain = try Proxy(url: "HTTP://proxy.test/", user: nil, password: nil)
    #expect(plain.scheme == .http && plain.host == "proxy.test" && plain.port == 8080)
    let six = try Proxy(url: "socks5://[::1]:1081", user: "ann", password: "x")
    #expect(six.scheme == .socks5h && six.host == "::1" && six.name == "socks5h://[::1]:1081")
    #expect(six.credentials == Proxy.Credentials(user: "ann", password: "x"))
  }

  @Test(
    "refuses what is no proxy, and those that it does not speak to",
    arguments: [
      ("https://proxy.test", DriverError.Code.unsupported), ("socks4://proxy.test", .unsupported),
      ("ftp://proxy.test", .invalidInput), ("proxy.test:8080", .invalidInput),
      ("http://", .invalidInput), ("http://a:0", .invalidInput), ("http://a:b", .invalidInput),
      ("http://a:99999", .invalidInput), ("http://[1.2]:80", .invalidInput),
      ("http://ann:x@a", .invalidInput), ("http://a b", .invalidInput),
      ("http://a/path", .invalidInput),
    ]
  )
  func noProxy(url: String, code: DriverError.Code) {
    let error = #expect(throws: DriverError.self) {
      try Proxy(url: url, user: nil, password: nil)
    }
    #expect(error?.code == code && error?.pointer == "/proxy/url", "\(error?.message ?? "")")
    #expect(error?.message.contains("ann:x") != true)
  }
}
