internal import CurlKit

/// The cookies of one loop that requests keep under a name (RFC 6265, section 5.3).
///
/// Whoever has other credentials has other cookies, whatever the name.
final class CookieJars {
  private struct Key: Hashable {
    var name: String
    var authentication: Authentication
    /// Keys in headers and in the query.
    var identity: [String]
  }

  /// How many there are at most.
  private static let limit = 256

  private var jars: [Key: CurlCookieShare] = [:]
  /// The keys, the one that was used last at the end.
  private var order: [Key] = []

  /// The cookies of a request; nil: it keeps none.
  func jar(of request: HTTPRequest) throws(CurlError) -> CurlCookieShare? {
    guard !request.cookieJar.isEmpty else { return nil }
    let key = Key(
      name: request.cookieJar,
      authentication: request.authentication,
      identity: request.identity + request.headers.keys
    )
    if order.last != key {
      order.removeAll { $0 == key }
      order.append(key)
    }
    if let jar = jars[key] { return jar }
    let jar = try CurlCookieShare()
    jars[key] = jar
    // Names are the caller's, so there is no limit to how many there are.
    if order.count > CookieJars.limit { jars[order.removeFirst()] = nil }
    return jar
  }
}
