import CLoader

/// A library that stays loaded.
package enum KeptLibrary {
  /// Has the library that an address is in stay loaded until the process ends, whoever closes it.
  ///
  /// Threads of a host run in it, and some are left behind where a driver does not come back. The corresponding C
  /// function is `dlopen` with `RTLD_NODELETE`.
  package static func keep(libraryOf address: UnsafeRawPointer) { unsafe cloader_keep(address) }
}
