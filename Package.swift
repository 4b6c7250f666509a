// swift-tools-version: 6.3
//
// Rules of this file: layers from the bottom up, the tests of a layer right under it, arrays sorted. A connector type of
// ours is one line, `driver("REST", …)`, and one folder under Plugins.

import PackageDescription

// MARK: - Settings

/// For every Swift target.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// For Swift that users run: unsafe expressions are marked, so that they can be found.
let shipped: [SwiftSetting] = common + [.strictMemorySafety()]

/// For C targets; none of these is unsafe, since a dependency may not have such flags.
let c: [CSetting] = [
  .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
]

/// A driver of ours: the core, an entry target in Swift, the descriptor in C, and lib<Type>Driver.so made of them.
///
/// Its Swift runtime is linked statically and it exports one symbol: it must load beside any other Swift version.
struct Driver {
  var targets: [Target]
  var product: Product
}

@MainActor
func driver(_ type: String, dependencies: [Target.Dependency]) -> Driver {
  let name = "\(type)Driver"
  let folder = "Plugins/\(name)"
  return Driver(
    targets: [
      .target(
        name: name,
        dependencies: dependencies + ["DriverKit"],
        path: "\(folder)/Sources",
        swiftSettings: shipped
      ),
      .target(
        name: "\(name)Entry",
        dependencies: [.target(name: name), "DriverABI", "DriverKit"],
        path: "\(folder)/Entry/Swift",
        swiftSettings: shipped,
        linkerSettings: [
          .unsafeFlags([
            "-static-stdlib",
            "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/driver.exports",
          ])
        ]
      ),
      .target(
        name: "\(name)Descriptor",
        dependencies: ["DriverABI"],
        path: "\(folder)/Entry/Descriptor",
        publicHeadersPath: ".",
        cSettings: c + [
          .define("DH_DESCRIPTOR", to: "\"\(Context.packageDirectory)/\(folder)/descriptor.json\"")
        ]
      ),
    ],
    product: .library(
      name: name,
      type: .dynamic,
      targets: ["\(name)Entry", "\(name)Descriptor"]
    )
  )
}

// MARK: - Drivers

let drivers: [Driver] = [
  driver("FTP", dependencies: ["CCurl", "CurlKit", "FileKit", "LoopKit", "TransferKit"]),
  driver("ODBC", dependencies: ["CODBC"]),
  driver("OPENAI", dependencies: ["CCurl", "CurlKit", "HTTPKit"]),
  driver("REST", dependencies: ["CCurl", "CYAML", "CurlKit", "HTTPKit"]),
  driver("SSH", dependencies: ["CCrypto", "CSSH2", "FileKit", "LoopKit", "TransferKit"]),
  driver("VAULT", dependencies: ["CCurl", "CurlKit", "HTTPKit"]),
]

/// What Scripts/fuzz reaches a driver by: another package sees products only, and a driver's own is there to be loaded.
let fuzzed: [Product] =
  Context.environment["DRIVERS_FUZZ"] == nil
  ? []
  : [
    .library(name: "FTPDriverSources", type: .static, targets: ["FTPDriver", "FileKit"]),
    .library(name: "ODBCDriverSources", type: .static, targets: ["ODBCDriver"]),
  ]

// MARK: - Package

let package = Package(
  name: "drivers",
  products: [
    .executable(name: "drivers", targets: ["drivers"]),
    .library(name: "DriverHost", targets: ["DriverHistory", "DriverHost"]),
    .library(name: "driverhost", type: .dynamic, targets: ["DriverHostLibrary"]),
    .library(name: "DriverKit", targets: ["DriverABI", "DriverKit"]),
  ] + drivers.map(\.product) + fuzzed,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: The contract
    .target(name: "DriverABI", cSettings: c),
    .testTarget(
      name: "DriverABITests",
      dependencies: ["DriverABI", "TestSupport"],
      swiftSettings: common
    ),

    // MARK: The host
    .systemLibrary(name: "CLinux"),
    .target(name: "CLoader", cSettings: c),
    .systemLibrary(
      name: "CPCRE2",
      pkgConfig: "libpcre2-8",
      providers: [.apt(["libpcre2-dev"])]
    ),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(
      name: "DriverHost",
      dependencies: ["CLinux", "CLoader", "CPCRE2", "CYAML", "DriverABI"],
      swiftSettings: shipped
    ),
    .testTarget(
      name: "DriverHostTests",
      dependencies: ["DriverABI", "DriverHost", "TestSupport"],
      swiftSettings: common
    ),

    // MARK: Executions on disk
    .systemLibrary(
      name: "CSQLite",
      pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]
    ),
    .target(
      name: "DriverHistory",
      dependencies: ["CLinux", "CSQLite", "DriverHost"],
      swiftSettings: shipped
    ),
    .testTarget(
      name: "DriverHistoryTests",
      dependencies: ["CSQLite", "DriverHistory", "DriverHost", "HistoryRecorder", "TestSupport"],
      swiftSettings: common
    ),
    // Records executions until it is killed: for the tests.
    .executableTarget(
      name: "HistoryRecorder",
      dependencies: ["DriverHistory", "DriverHost"],
      path: "Tests/HistoryRecorder",
      swiftSettings: common
    ),

    // MARK: The host's own C API
    .target(
      name: "CDriverHost",
      dependencies: ["DriverABI"],
      path: "Sources/DriverHostC",
      exclude: ["Implementation", "Library", "driverhost.exports"],
      sources: ["layout.c"],
      cSettings: c
    ),
    .target(
      name: "DriverHostC",
      dependencies: ["CDriverHost", "DriverABI", "DriverHistory", "DriverHost"],
      path: "Sources/DriverHostC/Implementation",
      swiftSettings: shipped
    ),
    // The flags of the library stand apart, so that they do not reach the tests, which link the same code.
    .target(
      name: "DriverHostLibrary",
      dependencies: ["DriverHostC"],
      path: "Sources/DriverHostC/Library",
      swiftSettings: shipped,
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib",
          "-Xlinker",
          "--version-script=\(Context.packageDirectory)/Sources/DriverHostC/driverhost.exports",
        ])
      ]
    ),
    .testTarget(
      name: "DriverHostCTests",
      dependencies: ["CDriverHost", "DriverABI", "DriverHost", "DriverHostC", "TestSupport"],
      swiftSettings: common
    ),

    // MARK: The SDK for driver authors
    // Lifetimes: views of a call's inputs cannot be kept, so that nobody looks at them after its end.
    .target(
      name: "DriverKit",
      dependencies: ["DriverABI"],
      swiftSettings: shipped + [.enableExperimentalFeature("Lifetimes")]
    ),
    .testTarget(
      name: "DriverKitTests",
      dependencies: ["DriverABI", "DriverHost", "DriverKit", "TestSupport"],
      swiftSettings: common
    ),

    // MARK: The checker of drivers
    .target(
      name: "DriverCheck",
      dependencies: ["CDriverHeader", "CLinux", "DriverHost"],
      swiftSettings: shipped
    ),
    .testTarget(
      name: "DriverCheckTests",
      dependencies: ["DriverCheck", "DriverHost", "TestSupport"],
      swiftSettings: common
    ),

    // A driver in another process, by a proxy in C that the tests compile: no part of the host.
    .testTarget(
      name: "WorkerProcessTests",
      dependencies: ["DriverCheck", "DriverHost", "TestSupport"],
      exclude: ["Worker"],
      swiftSettings: common
    ),

    // MARK: The command line
    .target(name: "CDriverHeader", cSettings: c),
    .target(name: "CTemplates", exclude: ["files"], cSettings: c),
    .executableTarget(
      name: "drivers",
      dependencies: [
        "CDriverHeader", "CDriverHost", "CTemplates", "DriverCheck", "DriverHistory", "DriverHost",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: shipped
    ),
    .testTarget(
      name: "DriversCLITests",
      dependencies: ["DriverHost", "TestSupport", "drivers"],
      exclude: ["Fixtures", "Snapshots"],
      swiftSettings: common
    ),

    // MARK: Our drivers
    .systemLibrary(
      name: "CCurl",
      path: "Plugins/CCurl",
      pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .systemLibrary(
      name: "CSSL",
      path: "Plugins/CSSL",
      pkgConfig: "libssl",
      providers: [.apt(["libssl-dev"])]
    ),
    .target(
      name: "CurlKit",
      dependencies: ["CCurl", "CSSL", "DriverKit", "LoopKit"],
      path: "Plugins/CurlKit",
      swiftSettings: shipped
    ),
    .systemLibrary(
      name: "CCrypto",
      path: "Plugins/CCrypto",
      pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]
    ),
    .target(
      name: "HTTPKit",
      dependencies: ["CCrypto", "CCurl", "CurlKit", "DriverKit"],
      path: "Plugins/HTTPKit/Sources",
      swiftSettings: shipped
    ),
    .target(name: "FileKit", path: "Plugins/FileKit/Sources", swiftSettings: shipped),
    .testTarget(name: "FileKitTests", dependencies: ["FileKit"], swiftSettings: common),
    .target(
      name: "LoopKit",
      dependencies: ["DriverKit"],
      path: "Plugins/LoopKit/Sources",
      swiftSettings: shipped
    ),
    .target(
      name: "TransferKit",
      dependencies: ["CCrypto", "DriverKit", "FileKit", "LoopKit"],
      path: "Plugins/TransferKit/Sources",
      swiftSettings: shipped
    ),
    .testTarget(
      name: "TransferKitTests",
      dependencies: [
        "DriverABI", "DriverHost", "DriverKit", "FileKit", "LoopKit", "TestSupport", "TransferKit",
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "FTPDriverTests",
      dependencies: [
        "CurlKit", "DriverHost", "DriverKit", "FTPDriver", "FileKit", "TestSupport", "TransferKit",
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "HTTPKitTests",
      dependencies: ["DriverKit", "HTTPKit", "TestSupport"],
      swiftSettings: common
    ),
    .systemLibrary(
      name: "CODBC",
      path: "Plugins/CODBC",
      pkgConfig: "odbc",
      providers: [.apt(["unixodbc-dev"])]
    ),
    .systemLibrary(
      name: "CSSH2",
      path: "Plugins/CSSH2",
      pkgConfig: "libssh2",
      providers: [.apt(["libssh2-1-dev"])]
    ),
    .testTarget(
      name: "ODBCDriverTests",
      dependencies: ["DriverHost", "DriverKit", "ODBCDriver", "TestSupport"],
      swiftSettings: common
    ),
    .testTarget(
      name: "OPENAIDriverTests",
      dependencies: ["DriverHost", "DriverKit", "HTTPKit", "OPENAIDriver", "TestSupport"],
      swiftSettings: common
    ),
    .testTarget(
      name: "RESTDriverTests",
      dependencies: ["CurlKit", "DriverHost", "DriverKit", "HTTPKit", "RESTDriver", "TestSupport"],
      swiftSettings: common
    ),
    .testTarget(
      name: "SSHDriverTests",
      dependencies: [
        "CSSH2", "DriverHost", "DriverKit", "FileKit", "SSHDriver", "TestSupport", "TransferKit",
      ],
      swiftSettings: common
    ),
    .testTarget(
      name: "VAULTDriverTests",
      dependencies: [
        "DriverABI", "DriverHost", "DriverKit", "HTTPKit", "TestSupport", "VAULTDriver",
      ],
      swiftSettings: common
    ),

    // MARK: What was frozen
    .testTarget(
      name: "FrozenABITests",
      dependencies: ["DriverHost", "TestSupport"],
      swiftSettings: common
    ),

    // MARK: Test support
    .testTarget(
      name: "DocsTests",
      dependencies: ["DriverHost", "TestSupport"],
      swiftSettings: common
    ),
    .target(
      name: "TestSupport",
      dependencies: ["DriverHost"],
      path: "Tests/TestSupport",
      swiftSettings: common
    ),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: common),
  ] + drivers.flatMap(\.targets)
)
