import TestSupport

/// Answers that a server of a test sends byte by byte as they stand.
enum Answer {
  /// An answer with its length, over a connection that stays open.
  static func ok(_ body: String, _ headers: String...) -> String {
    let lines = headers.map { $0 + "\r\n" }.joined()
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\(lines)Content-Length: "
      + "\(body.utf8.count)\r\n\r\n\(body)"
  }
}

/// The requests that a server of a test has taken, in order.
final class Requests: Sendable {
  private let heads = Locked([String]())

  /// All that came with each, from its first line on.
  var all: [String] { heads.with { $0 } }

  /// Notes one that a server of the test's own has read.
  func add(_ head: String) { heads.with { $0.append(head) } }

  /// The methods.
  var methods: [String] { all.map { String($0.prefix { $0 != " " }) } }

  /// The first requests of connections, and how many there were.
  private let connections = Locked(0)

  /// A server that answers each request by its number, from 0 on; nil: it closes the connection instead.
  func server(
    _ answer: @escaping @Sendable (_ number: Int, _ ofConnection: Int) -> String?
  ) throws -> TCPFaultServer {
    try TCPFaultServer(
      .runs { [self] connection in
        let ofConnection = connections.with { number in
          defer { number += 1 }
          return number
        }
        while true {
          let head = connection.readHead()
          if head.isEmpty { return }
          let number = heads.with { heads in
            heads.append(head)
            return heads.count - 1
          }
          guard let text = answer(number, ofConnection), connection.write(text) else { return }
        }
      }
    )
  }
}
