// swift-tools-version: 6.3
import PackageDescription

/// Its Swift runtime is linked statically, and the entry is all that it exports: it must load beside any other Swift.
let linking: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib", "-Xlinker", "--version-script=\(Context.packageDirectory)/driver.exports",
  ])
]

let package = Package(
  name: "alarm-driver",
  products: [
    .library(name: "AlarmDriver", type: .dynamic, targets: ["AlarmDescriptor", "AlarmDriver"])
  ],
  dependencies: [
    // The checkout of the driver host; outside of it, its repository's address and version.
    .package(name: "drivers", path: "../..")
  ],
  targets: [
    .target(
      name: "AlarmDriver",
      dependencies: [.product(name: "DriverKit", package: "drivers")],
      linkerSettings: linking
    ),
    .target(
      name: "AlarmDescriptor",
      dependencies: [.product(name: "DriverKit", package: "drivers")],
      publicHeadersPath: ".",
      cSettings: [.define("DH_DESCRIPTOR", to: "\"\(Context.packageDirectory)/descriptor.json\"")]
    ),
  ]
)
