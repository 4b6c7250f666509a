package import DriverKit
package import LoopKit

/// Bytes that go into a file of this machine, beside the loop.
///
/// On the loop. One part is written at a time and the next one gathered meanwhile, so that a fast server makes few and
/// large writes.
package final class FileSink: ByteSink {
  private let file: LocalFile
  private let loop: Loop
  /// Up to where bytes were handed to the disk.
  private var offset: UInt64
  private var gathered: [ArraySlice<UInt8>] = []
  /// Bytes that were taken and are not written yet.
  private var unwritten = 0
  private var isWriting = false
  private var failure: DriverError?
  private var told: [() -> Void] = []

  /// How many bytes may wait for the disk.
  private static let most = 2 << 20

  package init(_ file: LocalFile, from offset: UInt64, _ loop: Loop) {
    self.file = file
    self.offset = offset
    self.loop = loop
  }

  package func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    if let failure { throw failure }
    gathered.append(bytes)
    unwritten += bytes.count
    if !isWriting { try write() }
    return unwritten < FileSink.most
  }

  package func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    if isWriting { told.append(body) } else { body() }
  }

  package func finish(_ scope: Scope) async throws(DriverError) {
    while isWriting {
      let step = Waiting<Bool>()
      told.append { step.finish(.success(true)) }
      _ = try await step.value(scope)
    }
    if let failure { throw failure }
  }

  /// Waits until what was taken is written, after a failure: a file that goes on growing when its call has ended would be
  /// resumed from the wrong place, and all that has come is worth keeping.
  ///
  /// - Parameters:
  ///   - scope: Ends the wait where the call is stopped: a disk may hang.
  ///   - error: The failure.
  /// - Returns: The failure, to be thrown.
  package func settled(_ scope: Scope, after error: DriverError) async -> DriverError {
    // What the disk says to it counts less.
    try? await finish(scope)
    return error
  }

  private func write() throws(DriverError) {
    let (file, parts, start) = (file, gathered, offset)
    let count = parts.reduce(0) { $0 + $1.count }
    gathered = []
    offset += UInt64(count)
    isWriting = true
    do throws(DriverError) {
      try Background.begin(.disk, loop) {
        Result { () throws(DriverError) in
          var place = start
          for part in parts {
            try file.write(part, at: place)
            place += UInt64(part.count)
          }
        }
      } then: { [self] (result: Result<Void, DriverError>) in
        isWriting = false
        unwritten -= count
        goOn(result)
      }
    } catch {
      isWriting = false
      throw error
    }
  }

  private func goOn(_ result: Result<Void, DriverError>) {
    do throws(DriverError) {
      try result.get()
      if !gathered.isEmpty { try write() }
    } catch {
      // The next one who comes is told.
      failure = error
    }
    let told = told
    self.told = []
    for body in told { body() }
  }
}
