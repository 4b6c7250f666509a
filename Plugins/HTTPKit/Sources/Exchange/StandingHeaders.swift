internal import CCurl
package import CurlKit

/// The headers that a request has unless its inputs say otherwise.
///
/// libcurl has options for them, but puts each together anew for each request, and then once more into
/// the request. A list is only taken over, and most requests share one.
package final class StandingHeaders {
  private final class Shared {
    let list: CurlList

    init(_ lines: [String]) throws(CurlError) {
      var list = CurlList()
      for line in lines { try list.append(line) }
      self.list = list
    }
  }

  private let userAgent: String
  private let allEncodings = CurlDefaults.encodings
  /// The lists of requests without headers of their own, by the encodings that they accept.
  ///
  /// They live as long as this.
  private var shared: [String: Shared] = [:]

  package init(userAgent: String) { self.userAgent = "User-Agent: \(userAgent)" }

  private func acceptEncoding(_ encodings: String) -> String {
    "Accept-Encoding: \(encodings.isEmpty ? allEncodings : encodings)"
  }

  /// Sets them as all that a request has.
  ///
  /// - Parameters:
  ///   - transfer: The request, which must not be started after this is gone.
  ///   - encodings: As CURLOPT_ACCEPT_ENCODING takes them.
  /// - Throws: That there is no memory.
  package func set(_ transfer: CurlTransfer, encodings: String) throws(CurlError) {
    let lists: Shared
    if let made = shared[encodings] {
      lists = made
    } else {
      lists = try Shared([userAgent, acceptEncoding(encodings)])
      shared[encodings] = lists
    }
    try transfer.easy.set(CURLOPT_HTTPHEADER, list: lists.list)
  }

  /// Adds those that the inputs do not give to a list of their headers.
  package func append(
    to list: inout CurlList,
    beside headers: RequestHeaders,
    encodings: String
  ) throws(CurlError) {
    if !headers.contains("user-agent") { try list.append(userAgent) }
    if !headers.contains("accept-encoding") { try list.append(acceptEncoding(encodings)) }
  }
}
