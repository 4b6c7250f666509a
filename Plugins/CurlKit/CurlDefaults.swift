internal import CCurl

/// What libcurl was built with.
package enum CurlDefaults {
  /// The folder of trusted authorities; nil if it was built without one.
  ///
  /// The corresponding C function is `curl_version_info`.
  package static var authorityFolder: String? {
    guard let path = unsafe info?.pointee.capath else { return nil }
    return unsafe String(cString: path)
  }

  /// The file of trusted authorities; nil if it was built without one.
  ///
  /// The corresponding C function is `curl_version_info`.
  package static var authorityFile: String? {
    guard let path = unsafe info?.pointee.cainfo else { return nil }
    return unsafe String(cString: path)
  }

  /// The encodings that libcurl can undo, as Accept-Encoding lists them.
  ///
  /// The corresponding C function is `curl_version_info`.
  package static var encodings: String {
    let features = unsafe info?.pointee.features ?? 0
    var names: [String] = []
    if features & CURL_VERSION_LIBZ != 0 { names += ["deflate", "gzip"] }
    if features & CURL_VERSION_BROTLI != 0 { names.append("br") }
    if features & CURL_VERSION_ZSTD != 0 { names.append("zstd") }
    return names.isEmpty ? "identity" : names.joined(separator: ", ")
  }

  /// A feature that libcurl may have been built without (curl_version_info(3)).
  package enum Feature {
    case http2, negotiate, ntlm
  }

  /// Whether libcurl was built with a feature.
  package static func has(_ feature: Feature) -> Bool {
    let bit =
      switch feature {
      case .http2: CURL_VERSION_HTTP2
      case .negotiate: CURL_VERSION_SPNEGO
      case .ntlm: CURL_VERSION_NTLM
      }
    return unsafe (info?.pointee.features ?? 0) & bit != 0
  }

  /// Whether a handle may be used again once it has received headers.
  ///
  /// From 7.83.0 on libcurl kept a pointer to the last header, which was freed before the next answer: one that
  /// begins with a header that goes on was then written there. 8.1.1 is the first that surely does not
  /// (curl issue 11101).
  static let forgetsHeaders: Bool = {
    let number = unsafe info?.pointee.version_num ?? 0
    return number < 0x075300 || number >= 0x080101
  }()

  /// Whether the data connections of FTP that a server makes can be encrypted.
  ///
  /// 7.87 and 7.88 send and read files over them without TLS, whatever they are told (curl issue 10666).
  package static let encryptsActiveFTP: Bool = {
    let number = unsafe info?.pointee.version_num ?? 0
    return number < 0x075700 || number >= 0x080000
  }()

  /// Whether its TLS is OpenSSL's, or that of a library that is used in the same way.
  static let hasOpenSSL: Bool = {
    guard let text = unsafe info?.pointee.ssl_version else { return false }
    return unsafe String(cString: text).hasPrefix("OpenSSL/")
  }()

  /// libcurl's version and those of the libraries that it uses, such as `libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13`.
  ///
  /// The corresponding C function is `curl_version`.
  ///
  /// Once: each call writes to the same memory.
  static let versions = unsafe curl_version().map { unsafe String(cString: $0) } ?? "libcurl"

  /// libcurl's version, such as 7.88.1.
  package static var version: String {
    guard let text = unsafe info?.pointee.version else { return "" }
    return unsafe String(cString: text)
  }

  private static var info: UnsafeMutablePointer<curl_version_info_data>? {
    guard let info = unsafe curl_version_info(CURLVERSION_SEVENTH),
      unsafe info.pointee.age.rawValue >= CURLVERSION_SEVENTH.rawValue
    else { return nil }
    return unsafe info
  }
}
