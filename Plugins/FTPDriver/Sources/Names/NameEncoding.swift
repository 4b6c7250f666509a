internal import FileKit
internal import Synchronization

/// What a server writes names in (`encoding`).
///
/// All of this driver has names in UTF-8; between there and the server stands this. In UTF-8, the default, bytes pass
/// as they are, also those that are none: what a server lists can then be asked for, whatever it is.
struct NameEncoding: Sendable {
  /// UTF-8.
  static let utf8 = NameEncoding()

  /// The name as the user wrote it.
  let name: String
  /// The conversions; nil: none is needed.
  private let conversion: Conversion?

  private init() {
    name = "utf-8"
    conversion = nil
  }

  /// The encoding of a name.
  ///
  /// - Parameter name: A name that iconv(3) knows, such as `windows-1252`, `shift_jis` or `gb18030`; large and small
  ///   letters are the same.
  /// - Throws: That it is not known, or that ASCII is something else in it, as in UTF-16 and EBCDIC.
  init(_ name: String) throws(NameFault) {
    let plain = ASCII.small(name.utf8).filter { $0 != "-" && $0 != "_" }
    if plain == "utf8" {
      self = .utf8
      return
    }
    // A `/` would begin the wishes of iconv, such as //TRANSLIT, and an empty name means that of the locale.
    guard !name.isEmpty, name.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7F && $0 != 0x2F }),
      let conversion = Conversion(name)
    else { throw .unknownEncoding(name) }
    let letters = (0x61...0x7A).map(UInt8.init)
    let large = (0x41...0x5A).map(UInt8.init)
    let probe = letters + large + Array("0123456789 /.-_;=\"".utf8)
    guard conversion.encode(probe) == probe, conversion.decode(probe) == probe else {
      throw .unfitEncoding(name)
    }
    self.name = name
    self.conversion = conversion
  }

  /// A path, or a name, as it stands in a command.
  ///
  /// Commands are lines, and libcurl takes no byte below 0x20 in a path.
  ///
  /// - Parameter path: The path in UTF-8.
  /// - Throws: That it has a control character in it, or one that the encoding lacks.
  /// - Returns: The path as the server knows it.
  func encode(_ path: RemotePath) throws(NameFault) -> [UInt8] {
    let bytes = path.bytes
    if let control = bytes.first(where: { $0 < 0x20 }) { throw .control(bytes, byte: control) }
    guard let conversion else { return bytes }
    let slashes = { (bytes: [UInt8]) in bytes.count { $0 == UInt8(ascii: "/") } }
    // In some encodings a `/` or a control is a part of another character: the server would take it for itself.
    guard let encoded = conversion.encode(bytes), slashes(encoded) == slashes(bytes),
      encoded.allSatisfy({ $0 >= 0x20 })
    else { throw .notEncodable(bytes, encoding: name) }
    return encoded
  }

  /// A name, or a path, that a server told.
  ///
  /// - Parameter bytes: The name as the server knows it.
  /// - Throws: That it is not in this encoding.
  /// - Returns: The name in UTF-8.
  func decode(_ bytes: [UInt8]) throws(NameFault) -> [UInt8] {
    guard let conversion else { return bytes }
    guard let decoded = conversion.decode(bytes) else {
      throw .notDecodable(bytes, encoding: name)
    }
    return decoded
  }

  /// A word that a server told, such as the name of an owner, as text; what is not in this encoding is read as UTF-8.
  func text(_ bytes: [UInt8]) -> String {
    String(decoding: conversion?.decode(bytes) ?? bytes, as: UTF8.self)
  }
}

/// The two conversions of an encoding, which are opened once: listings have many names.
private final class Conversion: Sendable {
  private let encoder: Mutex<IconvHandle>
  private let decoder: Mutex<IconvHandle>

  init?(_ name: String) {
    guard let encoder = IconvHandle(to: name, from: "UTF-8"),
      let decoder = IconvHandle(to: "UTF-8", from: name)
    else { return nil }
    self.encoder = Mutex(encoder)
    self.decoder = Mutex(decoder)
  }

  func encode(_ bytes: [UInt8]) -> [UInt8]? { encoder.withLock { $0.convert(bytes) } }

  func decode(_ bytes: [UInt8]) -> [UInt8]? { decoder.withLock { $0.convert(bytes) } }
}
