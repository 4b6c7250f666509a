// swift-tools-version: 6.3
//
// A package of its own, so that nobody who uses the library builds it. Scripts/bench runs it.

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "drivers", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "bench",
      dependencies: [.product(name: "DriverHost", package: "drivers")],
      swiftSettings: settings
    ),
    // What `drivers list` is held against: a program that links the argument parser and does nothing.
    .executableTarget(
      name: "empty-program",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: settings
    ),
  ]
)
