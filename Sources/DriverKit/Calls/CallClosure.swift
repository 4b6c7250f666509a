internal import DriverABI

/// A closure that a call keeps for its driver, and where that may be freed.
@safe
class CallClosure {
  let body: () -> Void
  /// The loop that the closure belongs to; nil: any thread may run and free it.
  let loop: Loop?

  init(_ body: @escaping () -> Void, on loop: Loop?) {
    self.body = body
    self.loop = loop
  }

  /// Gives up a hold, so that the closure is freed where it may be.
  static func release(_ held: Unmanaged<some CallClosure>) {
    if let loop = unsafe held._withUnsafeGuaranteedRef({ $0.loop }) {
      unsafe loop.release(held)
    } else {
      unsafe held.release()
    }
  }
}

/// A closure that waits for a channel: the context of its C function.
///
/// C's hold is one retain, until C has called or certainly will not. The call lives as long.
final class ReadyFunction: CallClosure {
  let state: CallState
  let channel: UInt32

  init(_ body: @escaping () -> Void, on loop: Loop, for channel: UInt32, of state: CallState) {
    self.state = state
    self.channel = channel
    super.init(body, on: loop)
  }
}
