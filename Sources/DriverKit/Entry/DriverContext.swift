internal import DriverABI

/// The host as one driver sees it.
///
/// Valid until the process ends.
@safe
public struct DriverContext: @unchecked Sendable {
  // `@unchecked` because the table is never changed and its functions may be called from any thread.
  let host: UnsafePointer<dh_host_v1>

  init(_ host: UnsafePointer<dh_host_v1>) {
    unsafe self.host = unsafe host
  }

  /// The host's name, for user agents and logs.
  public var hostName: String { unsafe String(InputText(host.pointee.name)) }

  /// The host's version, for user agents and logs.
  public var hostVersion: String { unsafe String(InputText(host.pointee.version)) }

  /// A line for the host's log that belongs to no call.
  ///
  /// Free of secrets, without a line end.
  public func log(_ level: LogLevel, _ message: String) {
    var message = message
    message.withUTF8 { unsafe host.pointee.log(host, level.rawValue, dh_text_v1($0)) }
  }

  /// Runs `body` once for each key, whichever driver asks first.
  ///
  /// For what a shared library must do once: `once("libcurl.so.4")` around curl_global_init. The key is its SONAME,
  /// and `body` does what any user of the library would do and nothing else: where another driver was first, it does
  /// not run. Success is remembered; after an error the next one tries again. `body` must not call `once`. Waits while
  /// another's runs. "Once" is once for this host library: another one in the process may have run its own.
  public func once(
    _ key: StaticString,
    _ body: () throws(DriverError) -> Void
  ) throws(DriverError) {
    try withoutActuallyEscaping(body) { body throws(DriverError) in
      var attempt = Attempt(body: body)
      let status = unsafe withUnsafeMutablePointer(to: &attempt) { attempt in
        unsafe host.pointee.once(
          host,
          UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self),
          DriverContext.run,
          attempt
        )
      }
      if let error = attempt.error { throw error }
      if status < 0 { throw DriverError(status: status, of: "once") }
    }
  }

  private struct Attempt {
    let body: () throws(DriverError) -> Void
    var error: DriverError?
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
    guard let context = unsafe context else { return DH_INVALID }
    let attempt = unsafe context.assumingMemoryBound(to: Attempt.self)
    do throws(DriverError) {
      try unsafe attempt.pointee.body()
      return DH_OK
    } catch {
      unsafe attempt.pointee.error = error
      return DH_FAILED
    }
  }
}
