/// A server that reads each request with its body and answers it by a function.
package func scripted(
  _ answer: @escaping @Sendable (TCPFaultServer.Connection) -> Void
) throws -> TCPFaultServer {
  try scriptedByHead { connection, _ in answer(connection) }
}

/// A server that reads each request with its body and answers it by a function of its head.
package func scriptedByHead(
  _ answer: @escaping @Sendable (TCPFaultServer.Connection, _ head: String) -> Void
) throws -> TCPFaultServer {
  try TCPFaultServer(
    .runs { connection in
      while true {
        var request = connection.readHead()
        guard let end = request.firstRange(of: "\r\n\r\n") else { return }
        let length = request.firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap { Int($0.1) }
        var missing = (length ?? 0) - request[end.upperBound...].utf8.count
        while missing > 0, let more = connection.read(), !more.isEmpty {
          missing -= more.count
          request += String(decoding: more, as: UTF8.self)
        }
        answer(connection, String(request[..<end.upperBound]))
      }
    }
  )
}

/// An answer with its length, over a connection that stays open.
package func answer(_ status: String, _ body: String, _ headers: String...) -> String {
  let lines = headers.map { $0 + "\r\n" }.joined()
  return "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(lines)Content-Length: "
    + "\(body.utf8.count)\r\n\r\n\(body)"
}
