/// Where the secrets of one path are kept: a vault configuration and a path in its store.
///
/// Written `CONFIG:PATH`; the first colon ends the configuration's name.
public struct SecretPath: Sendable, Hashable, CustomStringConvertible {
  /// The name of the vault configuration.
  public var configuration: String
  /// The path in its store.
  public var path: String

  /// A path of a configuration.
  public init(configuration: String, path: String) {
    self.configuration = configuration
    self.path = path
  }

  /// Reads `CONFIG:PATH`; nil where one of them is missing.
  public init?(text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
      return nil
    }
    let path = text[text.utf8.index(after: colon)...]
    guard !path.isEmpty else { return nil }
    self.init(configuration: String(text[..<colon]), path: String(path))
  }

  /// `CONFIG:PATH`.
  public var description: String { "\(configuration):\(path)" }
}
