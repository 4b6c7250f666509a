import Foundation

/// Where this package, its build and its set-up are.
package enum ThisPackage {
  /// The package's folder: the one with Package.swift.
  package static let folder: String = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path(percentEncoded: false).trimmingSuffix("/")

  /// The folder of this build's products: `drivers` and the `lib…Driver.so` stand there.
  ///
  /// It is the folder of the test bundle that runs: the file that this code is mapped from. See
  /// proc_pid_maps(5).
  package static let products: String = {
    let place = UInt(bitPattern: #dsohandle)
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    for line in maps.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      let range = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard words.count == 6, range[0] <= place, place < range[1] else { continue }
      return URL(filePath: words[5].drop { $0 == " " }.description).deletingLastPathComponent()
        .path(percentEncoded: false).trimmingSuffix("/")
    }
    preconditionFailure("/proc/self/maps does not name the test bundle")
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
