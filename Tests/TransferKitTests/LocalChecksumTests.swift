import DriverKit
import FileKit
import TestSupport
import Testing
import TransferKit

@testable import DriverHost

@Suite("The checksum of a file of this machine")
struct LocalChecksumTests {
  private struct Check: KitScript {
    let path: String
    let algorithm: FileChecksum.Algorithm
    var count: UInt64?
    let found = Locked("")

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      let checksum = try await LocalChecksum(place)
        .make(algorithm, of: RemotePath(path), first: count)
      found.with { $0 = checksum.hexadecimal }
    }
  }

  /// More than is read at once.
  private static let long = (0..<9 << 20).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 251) }

  @Test(
    "is the one that is known, also of a file of several parts and of a part of one",
    arguments: [
      (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "96cca511"),
      (
        .sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "fc509148"
      ),
      (
        .sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          + "8086072ba1e7cc2358baeca134c825a7",
        "483b71ad"
      ),
      (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", "c67bc682"),
      (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d", "b5a5e891"),
      (.md5, "900150983cd24fb0d6963f7d28e17f72", "2a3f1b39"),
      (.crc32, "352441c2", "991f1879"),
    ] as [(FileChecksum.Algorithm, String, String)]
  )
  func known(algorithm: FileChecksum.Algorithm, short: String, long: String) async throws {
    let folder = try TemporaryFolder()
    // "abc" is the example of FIPS 180-4 and RFC 1321; what the rest has was made by Python's hashlib and zlib.
    let bytes = LocalChecksumTests.long
    let checks = [
      (Check(path: try folder.write("abc", to: "short"), algorithm: algorithm), short),
      (Check(path: try folder.write("abcdef", to: "part"), algorithm: algorithm, count: 3), short),
      (Check(path: try folder.write(bytes, to: "long"), algorithm: algorithm), long),
    ]
    for (check, known) in checks {
      let outcome = try await KitCall.run(check)
      #expect(outcome.error == nil)
      #expect(check.found.with { $0 }.hasPrefix(known))
    }
  }

  @Test("is that of nothing for an empty file")
  func empty() async throws {
    let folder = try TemporaryFolder()
    let check = Check(path: try folder.write("", to: "empty"), algorithm: .crc32)
    #expect(try await KitCall.run(check).error == nil)
    #expect(check.found.with { $0 } == "00000000")
  }

  @Test("is not made of a directory, of no file, and of more than there is")
  func refused() async throws {
    let folder = try TemporaryFolder()
    let paths = [folder.path, folder.file("none"), try folder.write("ab", to: "short")]
    for path in paths {
      let check = Check(path: path, algorithm: .md5, count: 3)
      #expect(try await KitCall.run(check).error != nil)
    }
  }
}
