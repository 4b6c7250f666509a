internal import CSSH2
internal import DriverKit
internal import Glibc
internal import LoopKit

/// A login by a key that somebody else signs with than the library: which asks for it by a function.
///
/// On the loop. The answer may come later: the library asks again and again then.
final class SignatureRequest {
  /// What becomes of a request.
  enum Answer {
    case signed([UInt8])
    /// The signature is made; `SSHTransport.pump` is to be called when it is there.
    case later
    case failed(String)
  }

  /// Why there is no signature; nil: there is one, or none was asked for.
  private(set) var failure: String?
  private let sign: ([UInt8]) -> Answer

  /// - Parameter sign: Is asked for the signature of some bytes, again until it has one.
  init(_ sign: @escaping ([UInt8]) -> Answer) { self.sign = sign }

  /// Logs in.
  ///
  /// - Parameters:
  ///   - user: Whom.
  ///   - blob: The public key, as the server is told of it.
  ///   - transport: Where.
  ///   - scope: How long.
  /// - Throws: Why the scope has ended.
  /// - Returns: 0, or a code of the library's.
  func logIn(
    _ user: String,
    with blob: [UInt8],
    _ transport: SSHTransport,
    _ scope: Scope
  ) async throws(DriverError) -> Int {
    let (session, name) = unsafe (transport.handle, Array(user.utf8CString))
    return try await transport.run(scope) { [self] in
      var context: UnsafeMutableRawPointer? = unsafe Unmanaged.passUnretained(self).toOpaque()
      return Int(
        unsafe libssh2_userauth_publickey(
          session,
          name,
          blob,
          blob.count,
          { _, signature, count, data, size, context in
            unsafe SignatureRequest.answer(signature, count, data, size, context)
          },
          &context
        )
      )
    }
  }

  @unsafe
  private static func answer(
    _ signature: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    _ count: UnsafeMutablePointer<Int>?,
    _ data: UnsafePointer<UInt8>?,
    _ size: Int,
    _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int32 {
    guard let context = unsafe context?.pointee else { return -1 }
    let request = unsafe Unmanaged<SignatureRequest>.fromOpaque(context).takeUnretainedValue()
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
    switch request.sign(bytes) {
    case .later: return LIBSSH2_ERROR_EAGAIN
    case .failed(let reason):
      request.failure = reason
      return -1
    case .signed(let signed):
      // The library frees it.
      guard let copy = unsafe malloc(max(1, signed.count)) else { return LIBSSH2_ERROR_ALLOC }
      unsafe signed.withUnsafeBytes {
        if let start = $0.baseAddress {
          unsafe copy.copyMemory(from: start, byteCount: $0.count)
        }
      }
      unsafe signature?.pointee = copy.assumingMemoryBound(to: UInt8.self)
      unsafe count?.pointee = signed.count
      return 0
    }
  }
}
