internal import CPCRE2
internal import CYAML

/// A library of somebody else that is linked, and the version of it that runs.
package struct LinkedLibrary: Sendable {
  package let name: String
  package let version: String

  package init(name: String, version: String) {
    self.name = name
    self.version = version
  }

  /// Those of the host itself, sorted by name.
  package static var ofHost: [LinkedLibrary] {
    [
      LinkedLibrary(name: "libyaml", version: yamlVersion),
      LinkedLibrary(name: "PCRE2", version: pcre2Version),
    ]
  }

  /// The corresponding C function is `yaml_get_version_string`.
  private static var yamlVersion: String { unsafe String(cString: yaml_get_version_string()) }

  /// The corresponding C function is `pcre2_config`, whose text has a date behind the version.
  private static var pcre2Version: String {
    var text = [UInt8](repeating: 0, count: 64)
    let length = unsafe pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &text)
    let bytes = text.prefix(Int(max(0, length))).prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
