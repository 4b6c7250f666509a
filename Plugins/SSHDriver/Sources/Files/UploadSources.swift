internal import DriverKit

/// Bytes of a file of this machine.
final class FileSource: Upload.Source {
  private let file: LocalFile
  private var offset: UInt64

  init(_ file: LocalFile, from offset: UInt64) {
    self.file = file
    self.offset = offset
  }

  func next(_ count: Int) throws(DriverError) -> Upload.Piece {
    let bytes = try file.read(at: offset, count)
    offset += UInt64(bytes.count)
    return bytes.isEmpty ? .end : .bytes(bytes)
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { body() }
}

/// Bytes of a call: a text, or what comes down a channel.
final class CallSource: Upload.Source {
  private let input: CallInput
  private var rest: ArraySlice<UInt8> = []

  init(_ input: CallInput) { self.input = input }

  func next(_ count: Int) throws(DriverError) -> Upload.Piece {
    if rest.isEmpty {
      guard let more = try input.next() else { return .end }
      if more.isEmpty { return .again }
      rest = more[...]
    }
    defer { rest = rest.dropFirst(count) }
    return .bytes(Array(rest.prefix(count)))
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { try input.whenMore(body) }
}
