import CDriverHost
import DriverABI
import DriverHost

/// A function of the engine's and its context, which the gate of its call lets run.
@safe
struct Callback<Function>: @unchecked Sendable {
  // `@unchecked` because the header says on which threads the context is used.
  private let function: Function
  private let context: UnsafeMutableRawPointer?
  private let gate: CallGate

  /// Nil where there is no function.
  init?(
    _ function: Function?,
    _ context: UnsafeMutableRawPointer?,
    _ gate: @autoclosure () -> CallGate
  ) {
    guard let function else { return nil }
    self.function = function
    unsafe self.context = unsafe context
    self.gate = gate()
  }

  /// Runs it; nil where its call has ended.
  @discardableResult
  func run<Result>(_ body: (Function, UnsafeMutableRawPointer?) -> Result) -> Result? {
    guard gate.enter() else { return nil }
    defer { gate.leave() }
    return unsafe body(function, context)
  }
}
