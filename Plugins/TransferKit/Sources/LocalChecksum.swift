package import DriverKit
package import FileKit
internal import Glibc

/// The checksum of a file of this machine, which is read beside the loop.
///
/// It is made part by part, so that the memory that it needs is the same for all files, and a call that ends does not
/// keep a thread until the end of a large one.
package struct LocalChecksum {
  private let files: any FilePlace

  /// How much is read between two looks at whether the call goes on.
  private static let part: UInt64 = 8 << 20

  /// A maker of checksums.
  ///
  /// - Parameter files: Whose call reads the files.
  package init(_ files: any FilePlace) { self.files = files }

  /// Makes one.
  ///
  /// - Parameters:
  ///   - algorithm: Which one.
  ///   - path: The file.
  ///   - count: How many bytes from its beginning; nil: all.
  /// - Throws: Why it cannot be made, also that the file is shorter.
  /// - Returns: The checksum.
  package func make(
    _ algorithm: FileChecksum.Algorithm,
    of path: RemotePath,
    first count: UInt64? = nil
  ) async throws(DriverError) -> FileChecksum {
    let reading = try await files.onDisk { () throws(DriverError) in
      try ChecksumReading(algorithm, path, count)
    }
    while true {
      let checksum = try await files.onDisk { () throws(DriverError) in
        try reading.goOn(LocalChecksum.part)
      }
      if let checksum { return checksum }
    }
  }
}

/// A file whose checksum is being made.
private final class ChecksumReading: @unchecked Sendable {
  // `@unchecked` because one thread at a time goes on with it: the next part is begun when the last one has ended.
  private let algorithm: FileChecksum.Algorithm
  private let file: LocalFile
  private let end: UInt64?
  private var digest: Digest
  private var offset: UInt64 = 0

  private enum Digest {
    case openSSL(DigestHandle)
    case crc(CRC32)
  }

  /// How much is in the memory at once.
  private static let piece: UInt64 = 256 << 10

  init(
    _ algorithm: FileChecksum.Algorithm,
    _ path: RemotePath,
    _ end: UInt64?
  ) throws(DriverError) {
    self.algorithm = algorithm
    self.end = end
    file = try LocalFile(path, O_RDONLY)
    guard try file.entry().kind == .file else {
      throw DriverError(.kindDiffers, "\(path.text) is no file", pointer: "/local_path")
    }
    if algorithm == .crc32 {
      digest = .crc(CRC32())
    } else if let handle = DigestHandle(algorithm) {
      digest = .openSSL(handle)
    } else {
      throw DriverError(.unsupported, "this machine's OpenSSL makes no \(algorithm.rawValue)")
    }
  }

  /// Reads on.
  ///
  /// - Parameter count: How many bytes.
  /// - Throws: Why it cannot be read.
  /// - Returns: The checksum; nil: there may be more to be read.
  func goOn(_ count: UInt64) throws(DriverError) -> FileChecksum? {
    var left = count
    while left > 0 {
      let wanted = min(ChecksumReading.piece, left, end.map { $0 - offset } ?? .max)
      let bytes = wanted == 0 ? [] : try file.read(at: offset, Int(wanted))
      if bytes.isEmpty { return try finish() }
      try update(bytes)
      offset += UInt64(bytes.count)
      left -= UInt64(bytes.count)
    }
    return nil
  }

  private func update(_ bytes: [UInt8]) throws(DriverError) {
    switch digest {
    case .openSSL(let handle): if !handle.update(bytes) { throw failure }
    case .crc(var crc):
      crc.update(bytes)
      digest = .crc(crc)
    }
  }

  private func finish() throws(DriverError) -> FileChecksum {
    if let end, offset < end {
      throw DriverError(
        .changed,
        "\(file.path.text) has \(offset) bytes, and \(end) were to be looked at",
        pointer: "/local_path"
      )
    }
    let bytes: [UInt8]? =
      switch digest {
      case .openSSL(let handle): handle.finish()
      case .crc(let crc): crc.bytes
      }
    guard let bytes, let checksum = FileChecksum(algorithm, bytes: bytes) else { throw failure }
    return checksum
  }

  private var failure: DriverError {
    DriverError(.failure, "the \(algorithm.rawValue) of \(file.path.text) cannot be made")
  }
}
