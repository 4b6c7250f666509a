// swift-tools-version: 6.3
//
// A package of its own, so that nobody who uses the library builds it. Scripts/fuzz builds and runs it, with the flags
// that it needs: libFuzzer brings `main`, and the library has to be built for @testable.

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let host = Target.Dependency.product(name: "DriverHost", package: "drivers")
/// The products of drivers are there for Scripts/fuzz only, by the variable DRIVERS_FUZZ.
let ftp = Target.Dependency.product(name: "FTPDriverSources", package: "drivers")
let odbc = Target.Dependency.product(name: "ODBCDriverSources", package: "drivers")

/// A program that gives its input to one part of the host, or of a driver.
@MainActor
func fuzzer(_ name: String, _ parts: [Target.Dependency] = [host]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzSupport"] + parts,
    // A file alone would be taken for a script, with a `main` of its own.
    swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]
  )
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "drivers", path: "..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [host], swiftSettings: settings),
    .target(
      name: "RecordSupport",
      dependencies: ["FuzzSupport", odbc],
      swiftSettings: settings
    ),
    fuzzer("FuzzArrow", ["RecordSupport", odbc]),
    fuzzer("FuzzCSV", ["RecordSupport", odbc]),
    fuzzer("FuzzDescriptor"),
    fuzzer("FuzzJSON"),
    fuzzer("FuzzListing", [host, ftp]),
    fuzzer("FuzzNDJSON", ["RecordSupport", odbc]),
    fuzzer("FuzzNote"),
    fuzzer("FuzzReply", [host, ftp]),
    fuzzer("FuzzSQL", [host, odbc]),
    fuzzer("FuzzValues"),
    fuzzer("FuzzYAML"),
  ]
)
