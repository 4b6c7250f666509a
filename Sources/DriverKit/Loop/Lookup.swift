internal import DriverABI

/// A name being looked up.
///
/// Letting go of it takes the look-up back.
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

  private let loop: Loop
  private let resolver: UnsafePointer<dh_resolve_v1>
  private let body: (Result<[String], DriverError>) -> Void
  private var id: Int64 = 0

  init(
    _ name: String,
    _ family: Family,
    _ loop: Loop,
    _ resolver: UnsafePointer<dh_resolve_v1>,
    _ body: @escaping (Result<[String], DriverError>) -> Void
  ) throws(DriverError) {
    self.loop = loop
    unsafe self.resolver = unsafe resolver
    self.body = body
    var name = name
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    id = name.withUTF8 { utf8 in
      unsafe resolver.pointee.resolve(
        loop.address,
        dh_text_v1(utf8),
        family.number,
        Lookup.run,
        context
      )
    }
    if id < 0 { throw DriverError(status: Int32(clamping: id), of: "resolve") }
  }

  deinit { cancel() }

  /// Takes the look-up back: its closure will not run.
  public func cancel() {
    guard id > 0 else { return }
    _ = unsafe resolver.pointee.cancel(loop.address, id)
    id = 0
  }

  private static let run: dh_resolved_fn_v1 = { context, error, addresses, count in
    guard let context = unsafe context else { return }
    let lookup = unsafe Unmanaged<Lookup>.fromOpaque(context).takeUnretainedValue()
    lookup.id = 0
    if let error = unsafe error {
      let failure = unsafe DriverError(error.pointee)
      withExtendedLifetime(lookup) { lookup.body(.failure(failure)) }
      return
    }
    let texts = unsafe UnsafeBufferPointer(start: addresses, count: count).map { text in
      unsafe String(InputText(text))
    }
    withExtendedLifetime(lookup) { lookup.body(.success(texts)) }
  }
}
