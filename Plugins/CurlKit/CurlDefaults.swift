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

  private static var info: UnsafeMutablePointer<curl_version_info_data>? {
    guard let info = unsafe curl_version_info(CURLVERSION_SEVENTH),
      unsafe info.pointee.age.rawValue >= CURLVERSION_SEVENTH.rawValue
    else { return nil }
    return unsafe info
  }
}
