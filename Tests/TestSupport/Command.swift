import Foundation

/// A program run to its end, with what it wrote.
package struct Command: Sendable {
  package let end: ChildProcess.End
  package let outputBytes: [UInt8]
  package let errorBytes: [UInt8]

  /// The exit code; 128 and the signal where one killed it.
  package var status: Int32 { end.status }
  package var output: String { String(decoding: outputBytes, as: UTF8.self) }
  package var error: String { String(decoding: errorBytes, as: UTF8.self) }

  /// Runs a program and waits for it.
  ///
  /// - Parameters:
  ///   - path: absolute, or a name that is looked up on PATH.
  ///   - arguments: without the program's name.
  ///   - environment: added to this process's own; nil takes a variable away.
  ///   - input: what it reads from standard input.
  ///   - folder: its current folder.
  ///   - limit: after this it is killed, and an error thrown: it hangs.
  /// - Throws: `TestSupportError` if it cannot be started or hangs; never for its status.
  /// - Returns: how it ended and what it wrote.
  package static func run(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    input: String = "",
    folder: String? = nil,
    limit: Duration = .seconds(120)
  ) async throws -> Command {
    try await RunningCommand(
      path,
      arguments,
      environment: environment,
      input: input,
      folder: folder
    ).finish(within: limit)
  }

  /// Runs a program that must succeed.
  ///
  /// - Throws: `TestSupportError` with what it wrote, if its status is not 0.
  @discardableResult
  package static func check(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    input: String = "",
    folder: String? = nil,
    limit: Duration = .seconds(120)
  ) async throws -> Command {
    let command = try await run(
      path,
      arguments,
      environment: environment,
      input: input,
      folder: folder,
      limit: limit
    )
    guard command.status == 0 else {
      throw TestSupportError(
        "\(([path] + arguments).joined(separator: " ")): \(command.end)\n"
          + command.error + command.output
      )
    }
    return command
  }
}

/// A program that was started and writes into memory: for tests that send it signals.
package final class RunningCommand: Sendable {
  package let process: ChildProcess
  private let output: Collector
  private let error: Collector

  /// Starts a program.
  ///
  /// The parameters are those of `Command.run`.
  package init(
    _ path: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    input: String = "",
    folder: String? = nil
  ) throws {
    let inputPipe = try PipeEnds()
    let outputPipe = try PipeEnds()
    let errorPipe = try PipeEnds()
    process = try ChildProcess(
      path,
      arguments,
      environment: environment,
      folder: folder,
      input: inputPipe.reading.number,
      output: outputPipe.writing.number,
      error: errorPipe.writing.number
    )
    // The child has its own copies; ours would keep the pipes open.
    inputPipe.reading.close()
    outputPipe.writing.close()
    errorPipe.writing.close()
    output = Collector(outputPipe.reading)
    error = Collector(errorPipe.reading)
    Thread.detachNewThread {
      inputPipe.writing.write(Array(input.utf8))
      inputPipe.writing.close()
    }
  }

  /// What it has written to standard output so far.
  package var outputSoFar: String { String(decoding: output.bytesSoFar, as: UTF8.self) }
  /// What it has written to standard error so far.
  package var errorSoFar: String { String(decoding: error.bytesSoFar, as: UTF8.self) }

  /// Waits for the end of the program and of its output.
  ///
  /// - Throws: `TestSupportError` after `limit`; the program is killed.
  package func finish(within limit: Duration = .seconds(120)) async throws -> Command {
    let process = process
    let hung = Locked(false)
    let watch = Task {
      try await Task.sleep(for: limit)
      hung.with { $0 = true }
      process.send(SIGKILL)
    }
    defer { watch.cancel() }
    let end = await process.ended()
    let command = Command(
      end: end,
      outputBytes: await output.bytes(),
      errorBytes: await error.bytes()
    )
    guard !hung.with({ $0 }) else {
      throw TestSupportError("killed after \(limit)\n\(command.error)\(command.output)")
    }
    return command
  }
}

/// Reads a descriptor to its end on a thread of its own.
private final class Collector: Sendable {
  private let collected = Locked<[UInt8]>([])
  private let ended: AsyncStream<Void>

  init(_ descriptor: Descriptor) {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    ended = stream
    Thread.detachNewThread { [collected] in
      while let bytes = descriptor.read(), !bytes.isEmpty {
        collected.with { $0 += bytes }
      }
      descriptor.close()
      continuation.finish()
    }
  }

  var bytesSoFar: [UInt8] { collected.with { $0 } }

  func bytes() async -> [UInt8] {
    for await _ in ended {}
    return bytesSoFar
  }
}
