internal import DriverKit
internal import FileKit
internal import TransferKit

/// What the two sides of scp say to each other, in front of and behind what is in files.
///
/// There is no standard: it is what `rcp` of BSD and `scp` of OpenSSH do (scp.c, `source` and `sink`). A line is one of
/// `Cmmmm SIZE NAME`, `Dmmmm 0 NAME`, `E` and `TMTIME 0 ATIME 0`; each is answered by a zero byte, or by 1 or 2 and a
/// text, and so is a file.
enum SCPLine: Equatable {
  case file(mode: UInt32, size: UInt64)
  case directory
  case end
  case times(modified: Int64)
  /// It could not be done; what is said is for people.
  case failure(String)

  /// How long a line may be, in bytes.
  static let longest = 16 << 10

  /// Reads a line, without its end; nil: it is none.
  ///
  /// The name in it is not read: what a file is called is for whoever asks for it, and not for a server that may name
  /// others (CVE-2019-6111).
  init?(_ bytes: ArraySlice<UInt8>) {
    guard let first = bytes.first else { return nil }
    let rest = bytes.dropFirst()
    let words = rest.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    switch first {
    case 1, 2:
      let text = Array(rest.suffix(300))
      self = .failure(text.isEmpty ? "no reason is told" : NameText(text).description)
    case UInt8(ascii: "C"), UInt8(ascii: "D"):
      guard words.count == 3, !words[2].isEmpty, let mode = SCPLine.number(words[0], radix: 8),
        mode <= 0o7777, let size = SCPLine.number(words[1], radix: 10)
      else { return nil }
      let isFile = first == UInt8(ascii: "C")
      self = isFile ? .file(mode: UInt32(mode), size: UInt64(size)) : .directory
    case UInt8(ascii: "E"): self = .end
    case UInt8(ascii: "T"):
      guard words.count == 3, let seconds = SCPLine.number(words[0], radix: 10) else { return nil }
      self = .times(modified: seconds)
    default: return nil
    }
  }

  /// Digits, and nothing else.
  private static func number(_ digits: ArraySlice<UInt8>, radix: Int64) -> Int64? {
    guard 1...20 ~= digits.count else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard 0x30...0x39 ~= byte, Int64(byte) - 0x30 < radix else { return nil }
      let (product, isTooLong) = value.multipliedReportingOverflow(by: radix)
      let (sum, isTooLongToo) = product.addingReportingOverflow(Int64(byte) - 0x30)
      guard !isTooLong, !isTooLongToo else { return nil }
      value = sum
    }
    return value
  }

  /// The bytes of a line that is sent; a name is never.
  var bytes: [UInt8] {
    switch self {
    case .file(let mode, let size):
      let digits = String(mode & 0o7777, radix: 8)
      let padded = String(repeating: "0", count: 4 - digits.utf8.count) + digits
      // The other side has been told the path, and takes no notice of the name.
      return Array("C\(padded) \(size) file\n".utf8)
    case .times(let modified): return Array("T\(modified) 0 \(modified) 0\n".utf8)
    default: return []
    }
  }

  /// The error of a server that says what scp does not.
  static func nonsense(_ bytes: ArraySlice<UInt8>, _ host: String) -> DriverError {
    DriverError(
      .malformed,
      "\(host) does not speak as scp does: it says \(NameText(Array(bytes.prefix(80))).description). If its shell puts something out at its start, have it do so for terminals only"
    )
  }
}
