/// The one form of a request's parts that both sides sign.
enum AWSCanonicalForm {
  /// A path without dots and empty segments, percent-encoded once more.
  static func path(_ path: String) -> String {
    var kept: [Substring.UTF8View] = []
    for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
      if segment.elementsEqual("..".utf8) {
        _ = kept.popLast()
      } else if !segment.elementsEqual(".".utf8) {
        kept.append(segment)
      }
    }
    var bytes: [UInt8] = []
    for segment in kept {
      bytes.append(UInt8(ascii: "/"))
      for byte in segment { append(byte, to: &bytes) }
    }
    if kept.isEmpty || path.utf8.last == UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A path of S3's, where dots and empty segments are part of an object's name.
  static func storagePath(_ path: String) -> String { path.isEmpty ? "/" : path }

  /// A query in order of names and then of values, as they are written.
  ///
  /// Nothing is decoded or encoded: a plus stays one, and so does the encoding of a slash.
  static func query(_ query: String) -> String {
    if query.isEmpty { return "" }
    let pairs = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
      .map { pair -> (name: [UInt8], value: [UInt8]) in
        let name = Array(pair.prefix { $0 != UInt8(ascii: "=") })
        return (name, Array(pair.dropFirst(name.count + 1)))
      }
      .sorted { left, right in
        left.name == right.name
          ? left.value.lexicographicallyPrecedes(right.value)
          : left.name.lexicographicallyPrecedes(right.name)
      }
    var bytes: [UInt8] = []
    for pair in pairs {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      bytes += pair.name + [UInt8(ascii: "=")] + pair.value
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The headers that are signed, in order of their names, which are in lower case.
  ///
  /// Values have no space around them and single ones within; those of one name are one.
  static func headers(
    _ headers: [(name: String, value: String)]
  ) -> [(name: String, value: String)] {
    var values: [String: [String]] = [:]
    for header in headers {
      let name = header.name.lowercased()
      if unsigned.contains(name) { continue }
      let words = header.value.utf8.split { $0 == 0x20 || $0 >= 0x09 && $0 <= 0x0D }
      let value = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      values[name, default: []].append(value)
    }
    return values.map { (name: $0.key, value: $0.value.joined(separator: ",")) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Those that clients and proxies set or change underway.
  private static let unsigned: Set = [
    "authorization", "connection", "expect", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id",
  ]

  private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      bytes.append(byte)
    default:
      let digits = Array("0123456789ABCDEF".utf8)
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}
