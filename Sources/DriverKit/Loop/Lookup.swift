internal import DriverABI

/// A name being looked up.
///
/// Letting go of it takes the look-up back; on another thread than the loop's, a moment later.
@safe
public final class Lookup {
  /// Which addresses to look for.
  public enum Family: Sendable, Hashable {
    case any, ipv4, ipv6

    fileprivate var number: UInt32 {
      switch self {
      case .any: DH_ANY_FAMILY
      case .ipv4: DH_IPV4
      case .ipv6: DH_IPV6
      }
    }
  }

  @safe
  private final class Registration: LoopRegistration {
    let resolver: UnsafePointer<dh_resolve_v1>
    let body: (Result<[String], DriverError>) -> Void

    init(
      _ loop: Loop,
      _ resolver: UnsafePointer<dh_resolve_v1>,
      _ body: @escaping (Result<[String], DriverError>) -> Void
    ) {
      unsafe self.resolver = unsafe resolver
      self.body = body
      super.init(loop)
    }

    override func remove(_ id: Int64) {
      _ = unsafe resolver.pointee.cancel(loop.address, id)
    }
  }

  private let registration: Unmanaged<Registration>

  init(
    _ name: String,
    _ family: Family,
    _ loop: Loop,
    _ resolver: UnsafePointer<dh_resolve_v1>,
    _ body: @escaping (Result<[String], DriverError>) -> Void
  ) throws(DriverError) {
    let registration = unsafe Registration(loop, resolver, body)
    var name = name
    unsafe try registration.begin("resolve") { context in
      name.withUTF8 { utf8 in
        unsafe resolver.pointee.resolve(
          loop.address,
          dh_text_v1(utf8),
          family.number,
          Lookup.run,
          context
        )
      }
    }
    unsafe self.registration = Unmanaged.passRetained(registration)
  }

  deinit { unsafe LoopRegistration.letGo(registration) }

  /// Takes the look-up back: its closure will not run.
  ///
  /// On the loop.
  public func cancel() { unsafe LoopRegistration.end(registration.retain()) }

  private static let run: dh_resolved_fn_v1 = { context, error, addresses, count in
    guard let context = unsafe context else { return }
    // Held, because the closure may let go of the look-up.
    let registration = unsafe Unmanaged<Registration>.fromOpaque(context).takeUnretainedValue()
    registration.hasRun()
    guard registration.isWanted else { return }
    if let error = unsafe error {
      registration.body(.failure(unsafe DriverError(error.pointee)))
      return
    }
    let texts = unsafe UnsafeBufferPointer(start: addresses, count: count).map { text in
      unsafe String(InputText(text))
    }
    registration.body(.success(texts))
  }
}
