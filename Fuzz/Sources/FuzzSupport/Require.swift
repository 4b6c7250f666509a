/// Ends the process where something does not hold that always has to: libFuzzer keeps the input.
package func require(_ condition: Bool, _ problem: @autoclosure () -> String) {
  if !condition { fatalError(problem()) }
}

/// A run's input as an array, whose ends the address sanitizer watches.
package func input(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: start, count: count))
}
