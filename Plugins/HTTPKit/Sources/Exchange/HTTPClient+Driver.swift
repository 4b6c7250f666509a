internal import CCurl
internal import CurlKit
package import DriverKit
internal import Glibc

extension HTTPClient {
  /// What the requests of a driver's instance share, with libcurl made ready for it.
  ///
  /// - Parameters:
  ///   - context: What the driver is made with.
  ///   - loop: The instance's loop.
  /// - Throws: `.unavailable` where libcurl cannot be used.
  package convenience init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    try CurlLibrary.begin(for: context)
    do throws(CurlError) {
      try self.init(
        loop,
        userAgent: "\(context.hostName)/\(context.hostVersion)",
        connections: Self.connections
      )
    } catch {
      throw DriverError(
        .unavailable,
        "libcurl cannot be used: \(error.text)",
        detail: "CURLcode \(error.code.rawValue)"
      )
    }
  }

  /// How many connections are kept open for the next request: half of the descriptors that the process
  /// may have, since others need some too.
  private static var connections: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 256
    }
    return max(64, min(Int(clamping: limit.rlim_cur) / 2, 10_000))
  }
}
