import Foundation
import TestSupport

/// The bytes of a real driver, to be damaged at known places.
struct ELFPatch {
  /// A program header of the image, by its place in the file.
  struct Header {
    let at: Int
    let type: UInt32
    let offset: Int
    let size: Int
  }

  var bytes: [UInt8]

  init(_ path: String) throws {
    bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  func integer<Integer: FixedWidthInteger>(_: Integer.Type = Integer.self, at offset: Int)
    -> Integer
  {
    (0..<Integer.bitWidth / 8).reduce(0) { $0 | Integer(bytes[offset + $1]) << Integer(8 * $1) }
  }

  mutating func set(_ value: some FixedWidthInteger, at offset: Int) {
    for index in 0..<type(of: value).bitWidth / 8 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  var headers: [Header] {
    (0..<Int(integer(UInt16.self, at: 56))).map { index in
      let at = Int(integer(UInt64.self, at: 32)) + 56 * index
      return Header(
        at: at,
        type: integer(at: at),
        offset: Int(integer(UInt64.self, at: at + 8)),
        size: Int(integer(UInt64.self, at: at + 32))
      )
    }
  }

  /// Where our note's header begins: 12 bytes of sizes and type before the name.
  var note: Int {
    bytes.firstRange(of: Array("driver_host\0".utf8))!.lowerBound - 12
  }

  /// Writes the bytes beside nothing else, under a driver's name.
  func write(in folder: TemporaryFolder, as name: String = "libPatchedDriver.so") throws
    -> String
  {
    try folder.write(bytes, to: name)
  }
}

extension TemporaryFolder {
  /// Copies a driver here, with safe permissions.
  func copy(_ driver: String, as name: String) throws -> String {
    try write([UInt8](try Data(contentsOf: URL(filePath: driver))), to: name, mode: 0o644)
  }
}
