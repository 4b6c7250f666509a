extension Array where Element == UInt8 {
  /// A copy of some bytes.
  package init(copying bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }
}

extension MutableSpan where Element == UInt8 {
  /// Copies bytes to the beginning, where there must be room for all of them.
  package mutating func copy(_ bytes: ArraySlice<UInt8>) {
    precondition(bytes.count <= count, "there is room for \(count) bytes")
    unsafe withUnsafeMutableBufferPointer { buffer in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        guard let target = buffer.baseAddress, let source = bytes.baseAddress else { return }
        unsafe target.update(from: source, count: bytes.count)
      }
    }
  }
}
