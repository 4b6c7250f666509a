internal import DriverKit

/// A connection by way of an HTTP proxy: the method CONNECT (RFC 9110, 9.3.6), with basic authentication (RFC 7617).
struct HTTPConnect: ProxyDialogue {
  /// How long the head of an answer may be, in bytes, with those of interim answers before it.
  private static let longest = 16 << 10

  let opening: [UInt8]
  private let names: ProxyNames
  private let hasCredentials: Bool
  private var head: [UInt8] = []
  /// How much has come before the head.
  private var before = 0

  /// A dialogue.
  ///
  /// - Parameters:
  ///   - authority: The server and its port, with an address of IPv6 in brackets, in printable ASCII.
  ///   - credentials: Who asks; nil: that is not told.
  ///   - names: For messages.
  init(_ authority: String, _ credentials: Proxy.Credentials?, _ names: ProxyNames) {
    var lines = ["CONNECT \(authority) HTTP/1.1", "Host: \(authority)"]
    if let credentials {
      let pair = Array("\(credentials.user):\(credentials.password)".utf8)
      lines.append("Proxy-Authorization: Basic \(Base64.text(pair))")
    }
    opening = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    hasCredentials = credentials != nil
    self.names = names
  }

  mutating func take(_ bytes: inout ArraySlice<UInt8>) throws(DriverError) -> ProxyStep {
    while let byte = bytes.popFirst() {
      head.append(byte)
      guard before + head.count <= HTTPConnect.longest else {
        throw names.nonsense("the head of its answer has more than \(HTTPConnect.longest) bytes")
      }
      try checkBeginning()
      guard byte == 0x0A, isWhole else { continue }
      let status = try status()
      guard 100...199 ~= status else {
        if 200...299 ~= status { return .done }
        throw refusal(status)
      }
      // An interim answer: the one that counts follows (RFC 9110, 15.2).
      before += head.count
      head = []
    }
    return .wait
  }

  /// Whether the head ends here: by an empty line, whose ends may lack their CR (RFC 9112, 2.2).
  private var isWhole: Bool {
    head.suffix(2).elementsEqual([0x0A, 0x0A]) || head.suffix(3).elementsEqual([0x0A, 0x0D, 0x0A])
  }

  /// Whoever does not speak HTTP is known by the first bytes, and need not be waited for.
  private func checkBeginning() throws(DriverError) {
    let start = Array("HTTP/1.".utf8)
    guard head.count <= start.count, !start.starts(with: head) else { return }
    let other = Array("SSH-".utf8)
    if head == other { throw names.nonsense("an SSH server listens there and no proxy") }
    if !other.starts(with: head) { throw names.nonsense("what it says is no HTTP") }
  }

  private func status() throws(DriverError) -> Int {
    let words = line(0).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100
    else {
      throw names.nonsense("its first line is \(line(0).debugDescription)")
    }
    return status
  }

  private func refusal(_ status: Int) -> DriverError {
    let words = line(0).split(separator: " ", maxSplits: 1)
    let said = words.count > 1 ? " (\(words[1]))" : ""
    var error: DriverError
    switch status {
    case 407:
      error = names.refusal(
        .unauthenticated,
        hasCredentials
          ? "it does not take the user and the password\(said)\(schemes)"
          : "it wants to know who asks\(said): give proxy.username and proxy.password\(schemes)",
        pointer: hasCredentials ? "/proxy/password" : "/proxy/username"
      )
    case 401, 403, 405:
      error = names.refusal(
        .forbidden,
        "it forbids that\(said). Have its administrator allow CONNECT to this host and port"
      )
    case 500...599:
      let isLater = status == 502 || status == 503 || status == 504
      error = names.refusal(
        .unavailable,
        "it cannot\(said). Check the server's name and port, as the proxy sees them",
        isRetryable: isLater
      )
    default:
      error = names.refusal(.remoteFailure, "it answers \(status)\(said)")
    }
    error.status = Int32(clamping: status)
    return error
  }

  /// What a proxy takes that does not take basic authentication.
  private var schemes: String {
    let name = "proxy-authenticate:"
    let offers = head.split(separator: 0x0A).dropFirst().compactMap { line -> String? in
      let text = String(decoding: line, as: UTF8.self)
      guard text.lowercased().hasPrefix(name) else { return nil }
      return text.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.map {
        String($0.prefix(40))
      }
    }
    guard !offers.isEmpty, !offers.contains(where: { $0.lowercased() == "basic" }) else {
      return ""
    }
    return "; it takes \(offers.joined(separator: ", ")), and this driver has basic only"
  }

  private func line(_ index: Int) -> String {
    let lines = head.split(separator: 0x0A, maxSplits: index + 1)
    guard index < lines.count else { return "" }
    let text = String(decoding: lines[index].prefix(200), as: UTF8.self)
    return String(text.filter { !$0.isNewline && $0 != "\0" && $0 != "\u{1B}" })
  }
}
