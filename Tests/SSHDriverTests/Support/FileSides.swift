import DriverHost
import Foundation
import TestSupport
import Testing

/// The two sides between which a test moves files: a folder of this machine, and one of a server.
struct FileSides: Sendable {
  let folder: TemporaryFolder
  let server: SSHServer
  let files: ServerFiles
  let host: SSHHost

  /// New folders on both sides.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - host: What has the driver; nil: a new one, straight to the server.
  /// - Throws: That they cannot be made.
  init(_ server: SSHServer, _ host: SSHHost? = nil) throws {
    folder = try TemporaryFolder()
    self.server = server
    files = try ServerFiles(server)
    self.host = try host ?? SSHHost(server)
  }
}

/// A suite whose tests move files between two sides.
protocol FileMovingTests {
  var sides: FileSides { get }
}

extension FileMovingTests {
  var folder: TemporaryFolder { sides.folder }
  var server: SSHServer { sides.server }
  var files: ServerFiles { sides.files }
  var host: SSHHost { sides.host }

  /// The path of a file of the server, as an input.
  func at(_ name: String) -> Value { .string(files.there(name)) }
  /// The path of a file of this machine, as an input.
  func here(_ name: String) -> Value { .string(folder.file(name)) }

  /// Bytes that do not repeat.
  func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  /// Makes a large file, which is mostly holes.
  func sparse(_ path: String, _ size: Int) throws {
    let descriptor = Descriptor(open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644))
    descriptor.write(bytes(1 << 16))
    guard truncate(path, size) == 0 else { throw TestSupportError.system("truncate", errno) }
  }

  /// Looks whether files under temporary names are left on either side.
  func noTemporaries() throws {
    #expect(try files.names().allSatisfy { !$0.contains(".dh-") })
    #expect(try folder.names().allSatisfy { !$0.contains(".dh-") })
  }

  /// Begins a transfer and cancels it once bytes have moved and it has come so far.
  func cancel(
    _ action: String,
    _ inputs: ValueMap,
    once hasComeSoFar: () throws -> Bool = { true }
  ) async throws {
    let begun = Locked(false)
    let transfer = Task { [host] in
      try await host.run(action, inputs) { options in
        options.onProgress = { _ in begun.with { $0 = true } }
      }
    }
    try await eventually("bytes moved") { begun.with { $0 } }
    try await eventually("it has come so far") { try hasComeSoFar() }
    transfer.cancel()
    await #expect(throws: HostError.self) { try await transfer.value }
  }
}
