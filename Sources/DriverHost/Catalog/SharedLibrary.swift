import DriverABI
import Glibc

/// A shared library in this process.
///
/// Nothing else calls `dlopen`, and nobody calls `dlclose`. A library that started a thread or
/// registered anything cannot be unmapped safely, and no driver says whether it did.
@safe
struct SharedLibrary: @unchecked Sendable {
  // `@unchecked` because the handle is valid until the process ends, and dlsym is thread-safe.

  /// The entry of a driver, as the header declares it.
  typealias Entry =
    @convention(c) (UnsafePointer<dh_host_v1>, UnsafePointer<CChar>) -> UnsafeRawPointer?

  private let handle: UnsafeMutableRawPointer
  /// Where the loader has mapped it.
  let image: LoadedImage
  /// Whether it was loaded from another file, which stood at the path before this one.
  let isOfEarlierFile: Bool

  /// The libraries of this process by their file.
  ///
  /// Loading is the loader's state, so this is the process's too. What is loaded keeps its file,
  /// whose number no other file gets meanwhile.
  private static let loaded = Lock<[FileStatus.Identity: SharedLibrary]>([:])

  /// The library of a file, loaded if it is not yet.
  ///
  /// `RTLD_NOW`, so that a symbol that is missing is found here and not in the middle of a call;
  /// `RTLD_LOCAL`, so that two drivers' symbols do not meet; `RTLD_NODELETE`, so that nothing
  /// unloads it. The loader knows what it has by its path before it looks at the file: where that
  /// was replaced since, the earlier one is what it gives back, and this says so. The corresponding
  /// C function is `dlopen`.
  static func load(
    _ path: String,
    _ file: FileStatus.Identity
  ) throws(LoadFailure) -> SharedLibrary {
    try loaded.withLock { loaded throws(LoadFailure) in
      if let library = loaded[file] { return library }
      let library = try SharedLibrary(path, among: loaded.values)
      loaded[file] = library
      return library
    }
  }

  private init(
    _ path: String,
    among loaded: some Sequence<SharedLibrary>
  ) throws(LoadFailure) {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      let text = unsafe dlerror().map { unsafe String(cString: $0) }
      throw LoadFailure(loaderText: text ?? "the loader gave no reason", path: path)
    }
    guard let image = unsafe LoadedImage(handle: handle) else {
      throw .other("the loader does not list it among what it has loaded")
    }
    unsafe self.handle = handle
    self.image = image
    isOfEarlierFile = loaded.contains { unsafe $0.handle == handle }
  }

  /// The driver's entry; nil if this library itself has none.
  ///
  /// `dlsym` also looks into the libraries that this one needs: an entry found there is another's.
  var entry: Entry? {
    guard let address = unsafe dlsym(handle, DH_ENTRY_SYMBOL),
      unsafe image.containsCode(at: address)
    else { return nil }
    return unsafe unsafeBitCast(address, to: Entry.self)
  }
}
