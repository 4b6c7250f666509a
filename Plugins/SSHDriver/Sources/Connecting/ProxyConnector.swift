internal import DriverKit
internal import Glibc
internal import LoopKit

/// Makes connections by way of a proxy.
///
/// On the loop.
struct ProxyConnector {
  let loop: Loop
  let proxy: Proxy

  /// Connects to the proxy, and has it connect to a server.
  ///
  /// - Parameters:
  ///   - host: A name, which the proxy looks up, or an address; IPv6 without brackets.
  ///   - port: The server's port.
  ///   - keepAlive: After how many seconds of silence the proxy is asked for a sign of life; 0: never.
  ///   - scope: How long.
  /// - Throws: That the proxy cannot be reached, makes no connection, or does not speak as one; it is closed then.
  /// - Returns: The connection, from which nothing of what the server says was read.
  func connect(
    _ host: String,
    _ port: Int,
    _ keepAlive: Int,
    _ scope: Scope
  ) async throws(DriverError) -> SocketStream {
    let names = ProxyNames(proxy: proxy.name, target: Proxy.authority(host, port))
    var talk = try dialogue(host, port, names)
    let stream = try await reach(keepAlive, names, scope)
    do throws(DriverError) {
      try await ProxyConnector.hold(&talk, stream, names, scope)
    } catch {
      stream.close()
      throw late(error, "has not made a connection to \(names.target)", scope)
    }
    return stream
  }

  private func dialogue(
    _ host: String,
    _ port: Int,
    _ names: ProxyNames
  ) throws(DriverError) -> any ProxyDialogue {
    // What ends a line or a word would be a request of its own.
    guard host.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), host.utf8.count <= 253 else {
      throw DriverError(
        .invalidInput,
        "a proxy is not given the host \(host.debugDescription): write it in ASCII, a name of other letters as xn--…",
        pointer: "/host"
      )
    }
    switch proxy.scheme {
    case .http: return HTTPConnect(Proxy.authority(host, port), proxy.credentials, names)
    case .socks5h: return SOCKSConnect(host, port, proxy.credentials, names)
    }
  }

  private func reach(
    _ keepAlive: Int,
    _ names: ProxyNames,
    _ scope: Scope
  ) async throws(DriverError) -> SocketStream {
    do throws(DriverError) {
      return try await Dialer(loop: loop, listener: "a proxy")
        .connect(proxy.host, proxy.port, keepAlive, scope)
    } catch {
      guard scope.failure == nil else { throw late(error, "takes no connection", scope) }
      var named = error
      named.message =
        "the proxy \(names.proxy), on the way to \(names.target), is not reached: \(error.message)"
      named.pointer = "/proxy/url"
      throw named
    }
  }

  /// Says of a wait that took too long that the proxy is the one who was waited for.
  private func late(_ error: DriverError, _ what: String, _ scope: Scope) -> DriverError {
    guard scope.failure != nil, error.code == .timedOut else { return error }
    var named = error
    named.message += ": the proxy \(proxy.name) \(what)"
    return named
  }

  private static func hold(
    _ dialogue: inout any ProxyDialogue,
    _ stream: SocketStream,
    _ names: ProxyNames,
    _ scope: Scope
  ) async throws(DriverError) {
    try say(dialogue.opening, stream, names)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      try scope.check()
      // Looked at first: what is not the proxy's stays where the session reads it.
      guard let count = unsafe buffer.withUnsafeMutableBytes({ unsafe stream.peek($0) }) else {
        try await more(stream, scope)
        continue
      }
      guard count > 0 else {
        throw names.refusal(
          .unavailable,
          count == 0
            ? "it has closed the connection without an answer"
            : "the connection to it is lost (\(unsafe String(cString: strerror(Int32(clamping: -count)))))",
          isRetryable: true
        )
      }
      var bytes = buffer[..<count]
      let step = try dialogue.take(&bytes)
      let taken = count - bytes.count
      guard taken > 0 else { throw names.nonsense("nothing of it is understood") }
      _ = unsafe buffer.withUnsafeMutableBytes {
        unsafe stream.receive(UnsafeMutableRawBufferPointer(rebasing: $0[..<taken]))
      }
      switch step {
      case .wait: continue
      case .say(let answer): try say(answer, stream, names)
      case .done: return
      }
    }
  }

  private static func say(
    _ bytes: [UInt8],
    _ stream: SocketStream,
    _ names: ProxyNames
  ) throws(DriverError) {
    let status = unsafe bytes.withUnsafeBytes { unsafe stream.send($0) }
    guard status < 0 else { return }
    throw names.refusal(
      .unavailable,
      "the connection to it is lost (\(unsafe String(cString: strerror(Int32(clamping: -status)))))",
      isRetryable: true
    )
  }

  private static func more(_ stream: SocketStream, _ scope: Scope) async throws(DriverError) {
    let waiting = Waiting<Bool>()
    stream.onReadable = { waiting.finish(.success(true)) }
    stream.watch(true)
    defer {
      stream.watch(false)
      stream.onReadable = {}
    }
    _ = try await waiting.value(scope)
  }
}
