import Testing

@testable import FileKit

@Suite("Results of files")
struct FileResultTests {
  @Test("are summed up")
  func totals() {
    var totals = FileTotals()
    #expect(totals.failureText == nil && totals.text == "0 bytes")
    totals.add(FileResult(path: RemotePath("a"), outcome: .transferred, bytes: 10))
    totals.add(FileResult(path: RemotePath("b"), failed: .notFound, bytes: 5, message: "gone"))
    totals.add(FileResult(path: RemotePath("c"), outcome: .transferred, bytes: .max))
    #expect(totals.count == 3 && totals.count(.transferred) == 2)
    #expect(totals.bytes == .max)
    #expect(totals.failureText == "1 of 3 files failed, first b: gone")
  }

  @Test("end all only where nothing else can be done")
  func codes() {
    #expect(FileErrorCode.diskFull.endsAll && FileErrorCode.connectionLost.endsAll)
    #expect(!FileErrorCode.permissionDenied.endsAll && !FileErrorCode.failure.endsAll)
    #expect(FileErrorCode.connectionLost.mayPass && !FileErrorCode.diskFull.mayPass)
  }

  @Test("are verified by what is known")
  func verification() throws {
    typealias Facts = Verification.Facts
    let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let sum = try #require(FileChecksum(.sha256, hexadecimal: digits.uppercased()))
    #expect(sum.hexadecimal == digits)
    let other = try #require(FileChecksum(.sha256, bytes: Array(repeating: 0, count: 32)))
    let (same, wrong) = (Facts(size: 3, checksum: sum), Facts(size: 3, checksum: other))
    #expect(Verification.checksum.check(source: same, target: same) == .sameChecksum)
    #expect(Verification.size.check(source: same, target: wrong) == .sameSize)
    #expect(Verification.checksum.check(source: same, target: Facts(size: 3)) == .sameSize)
    #expect(Verification.none.check(source: same, target: Facts(size: 4)) == .notAsked)
    guard case .differs = Verification.checksum.check(source: same, target: wrong),
      case .differs = Verification.size.check(source: same, target: Facts(size: 2)),
      case .unknown = Verification.size.check(source: same, target: Facts(size: nil))
    else {
      Issue.record("it should be told apart")
      return
    }
  }

  @Test("have checksums in any usual spelling")
  func algorithms() {
    typealias Algorithm = FileChecksum.Algorithm
    #expect(Algorithm.best(of: ["MD5", "SHA-1", "SHA-512"]) == .sha512)
    #expect(Algorithm(named: "sha") == .sha1)
    #expect(Algorithm.best(of: ["x"]) == nil)
    #expect(FileChecksum(.md5, hexadecimal: "zz") == nil)
    #expect(FileChecksum(.crc32, hexadecimal: "0x12345") == nil)
  }
}
