package import DriverKit

/// Bytes of a call: a text, or what comes down a channel.
package final class CallSource: ByteSource {
  private let input: CallInput
  private var rest: ArraySlice<UInt8> = []

  package init(_ input: CallInput) { self.input = input }

  package func next(_ count: Int) throws(DriverError) -> BytePiece {
    if rest.isEmpty {
      guard let more = try input.next() else { return .end }
      if more.isEmpty { return .again }
      rest = more[...]
    }
    defer { rest = rest.dropFirst(count) }
    return .bytes(rest.prefix(count))
  }

  package func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    try input.whenMore(body)
  }
}
