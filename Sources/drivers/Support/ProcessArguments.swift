import DriverHost
import Glibc

/// The process's arguments as the system handed them over.
enum ProcessArguments {
  /// Refuses arguments that are no text.
  ///
  /// Swift puts U+FFFD in the place of what is not UTF-8, and so would a secret or a path become
  /// another one without a word.
  ///
  /// - Throws: At the stage `.input`, all of them. What stands behind a `=` is not shown.
  static func check() throws(HostError) {
    var faults: [Fault] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = unsafe CommandLine.unsafeArgv[index],
        unsafe String(validatingCString: argument) == nil
      else { continue }
      let bytes = unsafe UnsafeBufferPointer(start: argument, count: strlen(argument))
      let name = unsafe bytes.prefix { $0 != CChar(bitPattern: UInt8(ascii: "=")) }
      let isNamed = unsafe name.count < bytes.count
      let text =
        unsafe isNamed
        ? String(validating: name.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
      let what = text.map { "argument \(index) (\($0)=…)" } ?? "argument \(index)"
      faults.append(Fault(.syntax, "\(what) holds bytes that are not UTF-8 text"))
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the command line") }
  }
}
