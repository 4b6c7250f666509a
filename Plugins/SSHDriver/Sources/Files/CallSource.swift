internal import DriverKit

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
    return .bytes(rest.prefix(count))
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { try input.whenMore(body) }
}
