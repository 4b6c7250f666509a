// swift-tools-version: 6.3
import PackageDescription

/// Its Swift runtime is linked statically, and the entry is all that it exports: it must load beside any other Swift.
let linking: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib", "-Xlinker", "--version-script=\(Context.packageDirectory)/driver.exports",
  ])
]

let package = Package(
  name: "@FOLDER@",
  products: [
    .library(
      name: "TemplateDriver",
      type: .dynamic,
      targets: ["TemplateDescriptor", "TemplateDriver"]
    )
  ],
  dependencies: [
    .package(name: "drivers", path: "@PACKAGE@")
  ],
  targets: [
    .target(
      name: "TemplateDriver",
      dependencies: [.product(name: "DriverKit", package: "drivers")],
      linkerSettings: linking
    ),
    .target(
      name: "TemplateDescriptor",
      dependencies: [.product(name: "DriverKit", package: "drivers")],
      publicHeadersPath: ".",
      cSettings: [.define("DH_DESCRIPTOR", to: "\"\(Context.packageDirectory)/descriptor.json\"")]
    ),
  ]
)
