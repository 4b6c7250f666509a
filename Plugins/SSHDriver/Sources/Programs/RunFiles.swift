internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Files that go to the server before a program runs (`copy_files`), and what is in files that it has made
/// (`output_files`).
///
/// On the loop. They are the files of the user who logs in, also where the program runs as another one.
struct RunFiles {
  private let copies: [RemotePath]
  private let destination: RemotePath
  private let outputs: [Output]
  /// How many bytes of a file are put out at most.
  private let limit: Int
  /// How long the server may take to answer, in seconds.
  private let answerTimeout: Double

  private struct Output {
    /// As the user wrote it.
    let name: String
    let path: RemotePath
  }

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    let folder = RunFiles.path(try inputs["cwd"]?.bytes() ?? [], in: RemotePath(""))
    var (copies, outputs): ([RemotePath], [Output]) = ([], [])
    if let list = try inputs["copy_files"]?.list() {
      for index in 0..<list.count { copies.append(RemotePath(try list[index].bytes())) }
    }
    if let list = try inputs["output_files"]?.list() {
      for index in 0..<list.count {
        let path = RunFiles.path(try list[index].bytes(), in: folder)
        outputs.append(Output(name: try list[index].string(), path: path))
      }
    }
    destination = RunFiles.path(try inputs["destination"]?.bytes() ?? [], in: folder)
    (self.copies, self.outputs) = (copies, outputs)
    limit = try inputs["max_output"]?.int(in: 1024...104_857_600) ?? 1 << 20
    answerTimeout = try inputs["answer_timeout"]?.double() ?? 60
    for (index, path) in copies.enumerated() where path.bytes.contains(0) {
      throw RunFiles.zeroByte(path, "/copy_files/\(index)")
    }
    for (index, output) in outputs.enumerated() where output.path.bytes.contains(0) {
      throw RunFiles.zeroByte(output.path, "/output_files/\(index)")
    }
    var names: Set<[UInt8]> = []
    for (index, path) in copies.enumerated() where !names.insert(Array(path.name)).inserted {
      throw DriverError(
        .invalidInput,
        "another one of copy_files has the name of \(path.text), and both would be the same file",
        pointer: "/copy_files/\(index)"
      )
    }
    var outputNames: Set<String> = []
    for (index, output) in outputs.enumerated() where !outputNames.insert(output.name).inserted {
      throw DriverError(
        .invalidInput,
        "\(output.name) is named twice",
        pointer: "/output_files/\(index)"
      )
    }
    if destination.bytes.contains(0) { throw RunFiles.zeroByte(destination, "/destination") }
  }

  private static func zeroByte(_ path: RemotePath, _ pointer: String) -> DriverError {
    DriverError(.invalidInput, "the path \(path.text) has a zero byte in it", pointer: pointer)
  }

  /// The file that a path means in a folder: SFTP begins in the user's home, and knows no `~`.
  private static func path(_ path: [UInt8], in folder: RemotePath) -> RemotePath {
    if path.elementsEqual("~".utf8) { return RemotePath("") }
    if path.starts(with: "~/".utf8) { return RemotePath(path[2...]) }
    return folder.appending(RemotePath(path))
  }

  // MARK: - Before

  /// Copies files to the server, each under its own name; one that is there is replaced once the new one is whole.
  ///
  /// - Throws: Which could not be copied, and why.
  func send(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    guard !copies.isEmpty else { return }
    let files = try await RemoteFiles.open(session, call, answerTimeout, scope)
    if !destination.isBase {
      _ = try await files.makeDirectory(destination, withParents: true, "/destination")
    }
    for (index, path) in copies.enumerated() {
      try await send(path, files, "/copy_files/\(index)")
    }
  }

  private func send(
    _ path: RemotePath,
    _ files: RemoteFiles,
    _ pointer: String
  ) async throws(DriverError) {
    let found = try await files.onDisk { () throws(DriverError) in
      try LocalFiles.entry(path, followsLink: true)
    }
    guard let entry = found else {
      throw DriverError(
        .notFound,
        "\(path.text) is not there on this machine",
        pointer: pointer
      )
    }
    guard entry.kind == .file else {
      throw DriverError(
        .kindDiffers,
        "\(path.text) is no file: name files, or copy a directory with the action put",
        pointer: pointer
      )
    }
    let target = destination.appending(RemotePath(path.name))
    let mover = PutMover(files: files, inputs: TransferInputs(), pointer: pointer)
    let existing = try await mover.target(target, followsLink: false)
    guard existing?.kind != .directory else {
      throw DriverError(
        .isDirectory,
        "\(target.text) on \(files.host) is a directory, and cannot be replaced by a file",
        pointer: pointer
      )
    }
    let task = FileTask(source: entry, target: target, existing: existing, action: .transfer)
    _ = try await mover.copy(task) { _ in }
  }

  // MARK: - After

  /// Reads what the program has made, and ends the call as the program has ended.
  ///
  /// - Parameters:
  ///   - call: Gets the output `files`; a file that cannot be read is null there.
  ///   - session: Where.
  ///   - scope: How long.
  ///   - ended: The error that the program's end is; nil: it is as expected.
  /// - Throws: That error, or which file cannot be read, and why.
  func fetch(
    _ call: Call,
    _ session: SSHSession,
    _ scope: Scope,
    _ ended: DriverError?
  ) async throws(DriverError) {
    guard !outputs.isEmpty else {
      if let ended { throw ended }
      return
    }
    // A program that fails may have made none of them: that it failed says more.
    var failure = ended
    var values: [(String, OutputValue)] = []
    do throws(DriverError) {
      let files = try await RemoteFiles.open(session, call, answerTimeout, scope)
      for (index, output) in outputs.enumerated() {
        do throws(DriverError) {
          values.append((output.name, try await content(output, files, "/output_files/\(index)")))
        } catch {
          try scope.check()
          values.append((output.name, .null))
          failure = failure ?? error
        }
      }
    } catch {
      failure = failure ?? error
    }
    try call.output("files", .map(values))
    if let failure { throw failure }
  }

  private func content(
    _ output: Output,
    _ files: RemoteFiles,
    _ pointer: String
  ) async throws(DriverError) -> OutputValue {
    let attributes = try await files.attributes(output.path, pointer)
    guard attributes.kind != .directory else {
      throw DriverError(
        .isDirectory,
        "\(output.path.text) on \(files.host) is a directory: get it with the action get",
        pointer: pointer
      )
    }
    let sink = MemorySink(
      limit,
      DriverError(
        .tooLarge,
        "\(output.path.text) on \(files.host) has more than \(limit) bytes: raise max_output, or get it with the action get",
        pointer: pointer
      )
    )
    let file = try await RemoteFile.open(files, output.path, .read, pointer: pointer)
    defer { file.closeLater() }
    _ = try await Download(
      file,
      size: attributes.size,
      from: 0,
      memory: 512 << 10,
      to: sink
    ) { _ in }.run()
    return OutputValue(textOrBytes: sink.bytes)
  }
}
