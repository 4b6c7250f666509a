internal import Glibc

/// What signals are called.
package enum SignalNames {
  /// As strsignal(3) has it: `Segmentation fault`.
  package static func name(_ signal: Int32) -> String {
    unsafe strsignal(signal).map { unsafe String(cString: $0) } ?? "signal \(signal)"
  }
}
