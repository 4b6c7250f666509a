import DriverABI

/// `dh.resolve/1`: names to addresses off the loop.
enum ResolveFunctions {
  /// The table, for ever at one place and never changed, which is why it may be shared.
  nonisolated(unsafe) static let table: UnsafePointer<dh_resolve_v1> = {
    let place = UnsafeMutablePointer<dh_resolve_v1>.allocate(capacity: 1)
    unsafe place.initialize(to: functions)
    return unsafe UnsafePointer(place)
  }()

  private static let functions = unsafe dh_resolve_v1(
    resolve: { address, name, family, function, context in
      let here = unsafe DriverLoop.at(address)
      guard ReactorFunctions.isOnLoop(here, "resolve") else { return Int64(DH_REFUSED) }
      guard unsafe ReactorFunctions.isGiven(function, here, "resolve") else {
        return Int64(DH_INVALID)
      }
      guard let name = unsafe ValueReader.text(name), !name.isEmpty, !name.utf8.contains(0) else {
        here.driver.reportMisuse("LOOP-10", "`resolve` was given a name that is empty or not UTF-8")
        return Int64(DH_INVALID)
      }
      here.lastLookup += 1
      let id = here.lastLookup
      let resolver = here.driver.services.resolver
      // Only the loop's thread touches the function and its context.
      nonisolated(unsafe) let crossing = unsafe (function, context)
      here.lookups.insert(id)
      resolver.resolve(name, NameResolver.Family(abi: family)) { answer in
        here.loop.post {
          guard here.lookups.remove(id) != nil else { return }
          here.measured("a look-up's callback") {
            unsafe deliver(answer, to: crossing.0, crossing.1)
          }
        }
      }
      return id
    },
    cancel: { address, lookup in
      let here = unsafe DriverLoop.at(address)
      guard ReactorFunctions.isOnLoop(here, "cancel") else { return DH_REFUSED }
      return here.lookups.remove(lookup) == nil ? DH_GONE : DH_OK
    }
  )

  private static func deliver(
    _ answer: NameResolver.Answer,
    to function: dh_resolved_fn_v1,
    _ context: UnsafeMutableRawPointer?
  ) {
    var arena = Arena()
    switch answer {
    case .success(let addresses):
      let texts = unsafe arena.allocate(dh_text_v1.self, count: addresses.count)
      for (index, address) in addresses.enumerated() {
        unsafe (texts + index).initialize(to: arena.abiText(address))
      }
      unsafe function(context, nil, texts, addresses.count)
    case .failure(let failure):
      var error = unsafe dh_error_v1()
      unsafe error.code = failure.code.number
      unsafe error.flags = failure.isRetryable ? DH_RETRYABLE : 0
      unsafe error.vendor_code = failure.vendorCode ?? 0
      unsafe error.message = arena.abiText(failure.message)
      // Texts of the host's have a NUL, empty ones too.
      unsafe error.detail = arena.abiText("")
      unsafe error.vendor_state = arena.abiText("")
      unsafe error.pointer = arena.abiText("")
      unsafe function(context, &error, nil, 0)
    }
    // The texts live here, and the callback may only look at them.
    arena.reset()
  }
}

extension NameResolver.Family {
  fileprivate init(abi: UInt32) {
    switch abi {
    case DH_IPV4: self = .ipv4
    case DH_IPV6: self = .ipv6
    default: self = .any
    }
  }
}
