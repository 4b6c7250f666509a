import CLinux
import Glibc

/// Names to addresses on a few threads, once for all who ask for the same name at the same time.
///
/// The corresponding C function is `getaddrinfo`.
final class NameResolver: Sendable {
  /// Numeric addresses in the system's order, or why there are none.
  typealias Answer = Result<[String], HostError>

  enum Family: Int32, Sendable {
    case any = 0
    case ipv4 = 2
    case ipv6 = 10
  }

  private struct Question: Hashable {
    var name: String
    var family: Family
  }

  private let threads = ThreadPool(name: "dh-resolve", limit: 4)
  private let waiting = Lock<[Question: [@Sendable (Answer) -> Void]]>([:])

  /// Looks a name up; `receive` runs once, on a thread of the resolver's.
  func resolve(_ name: String, _ family: Family, _ receive: @escaping @Sendable (Answer) -> Void) {
    let question = Question(name: name, family: family)
    let isFirst = waiting.withLock { waiting in
      waiting[question, default: []].append(receive)
      return waiting[question]?.count == 1
    }
    guard isFirst else { return }
    do {
      try threads.submit { [self] _ in answer(question, NameResolver.lookUp(name, family)) }
    } catch {
      answer(question, .failure(error))
    }
  }

  /// Ends the threads.
  func close() { threads.close() }

  private func answer(_ question: Question, _ answer: Answer) {
    let receivers = waiting.withLock { $0.removeValue(forKey: question) ?? [] }
    for receive in receivers { receive(answer) }
  }

  /// EAI_ADDRFAMILY, which glibc declares for GNU sources only: see `getaddrinfo(3)`.
  private static let noAddressOfFamily: Int32 = -9

  private static func lookUp(_ name: String, _ family: Family) -> Answer {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = family.rawValue
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    var status = unsafe getaddrinfo(name, nil, &hints, &list)
    if status == EAI_NONAME || status == NameResolver.noAddressOfFamily {
      // On a machine that has loopback only, AI_ADDRCONFIG hides what /etc/hosts knows.
      unsafe hints.ai_flags = 0
      status = unsafe getaddrinfo(name, nil, &hints, &list)
    }
    defer { unsafe freeaddrinfo(list) }
    guard status == 0 else { return .failure(failure(name, status)) }
    var addresses: [String] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let text = unsafe numericText(entry.pointee), !addresses.contains(text) {
        addresses.append(text)
      }
      unsafe next = unsafe entry.pointee.ai_next
    }
    return .success(addresses)
  }

  private static func numericText(_ entry: addrinfo) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard
      unsafe getnameinfo(
        entry.ai_addr,
        entry.ai_addrlen,
        &buffer,
        socklen_t(buffer.count),
        nil,
        0,
        NI_NUMERICHOST
      )
        == 0
    else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func failure(_ name: String, _ status: Int32) -> HostError {
    let reason =
      status == EAI_SYSTEM ? systemMessage(errno) : unsafe String(cString: gai_strerror(status))
    var error = HostError(
      .dns,
      stage: .call,
      status == EAI_AGAIN
        ? "the name \(name) could not be looked up: \(reason). Check the machine's name servers, and try again"
        : "the name \(name) has no address: \(reason). Check its spelling and the machine's name servers"
    )
    error.isRetryable = status == EAI_AGAIN
    error.vendorCode = Int64(status)
    return error
  }
}
