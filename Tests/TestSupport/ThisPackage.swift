import Foundation

/// Where this package, its build and its set-up are.
package enum ThisPackage {
  /// The package's folder: the one with Package.swift.
  package static let folder: String = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path(percentEncoded: false).trimmingSuffix("/")

  /// The folder of this build's products: `drivers` and the `lib…Driver.so` stand there.
  ///
  /// It is the folder of the program that runs the tests, which SwiftPM builds beside them.
  package static let products: String = {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { preconditionFailure("/proc/self/exe cannot be read: /proc is not mounted") }
    return URL(filePath: program).deletingLastPathComponent()
      .path(percentEncoded: false).trimmingSuffix("/")
  }()

  /// The folder of driver_abi.h.
  package static let headers = folder + "/Sources/DriverABI/include"

  /// The virtual environment that Scripts/setup makes.
  package static let virtualEnvironment =
    ProcessInfo.processInfo.environment["DRIVERS_TEST_VENV"] ?? folder + "/.build/venv"
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
