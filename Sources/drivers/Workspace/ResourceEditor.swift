import ArgumentParser
import DriverHost
import Glibc

/// Lets a person change a stored document with an editor.
struct ResourceEditor<Resource: CommandResource> {
  let name: String
  let options: ResourceOptions

  /// Opens the editor, and stores what it leaves once that is valid.
  func run() throws {
    let workspace = try options.workspace()
    let check = options.check(in: workspace)
    let store = Resource.store(in: workspace)
    let path = try store.path(of: name)
    let before = try currentBytes(store, path)
    let editor = try ResourceEditor.editor()
    let copy = try PrivateCopy(of: before, named: "\(name).yaml")
    // A signal must not leave a copy behind that may hold secrets.
    let signals = Signals()
    signals.onFirst { [copy] in
      copy.remove()
      if let code = signals.exitCode { Drivers.leave(code) }
    }
    var isKept = false
    defer { if !isKept { copy.remove() } }
    while true {
      try copy.edit(with: editor)
      let bytes = try copy.bytes()
      guard bytes != before else {
        report(unchanged: try? store.load(name), path)
        return
      }
      do throws(HostError) {
        let parsed = try store.parse(bytes, name: name, file: "the edited copy")
        let faults = check.faults(in: parsed.resource, ResourcePlaces(parsed))
        guard faults.isEmpty else { throw HostError(faults: faults, of: "the edited copy") }
        try store.write(parsed.resource, if: .isUnchanged(before))
        var report = StoringReport(resource: parsed.resource, path: path)
        report.source = parsed
        report.sourceName = "the edited copy"
        report.warnings = check.warnings(of: parsed.resource, readableFile: nil)
        report.warnings += check.unusableVaults(of: parsed.resource, ResourcePlaces()).map(
          \.description
        )
        report.show(asJSON: options.json)
        return
      } catch {
        if error.code == .conflict {
          // Who edits on would overwrite what somebody else has stored, and what was written is not to be lost.
          isKept = true
          throw HostError(
            .conflict,
            stage: .input,
            "\(error.message). What you wrote is in \(copy.path); remove it when you have taken from it what you need"
          )
        }
        guard Terminal.isInteractive else { throw error }
        Failure(error, asJSON: false).report()
        guard Terminal.agrees("Edit again?", otherwise: true) else {
          throw HostError(.invalidInput, stage: .input, "nothing was stored")
        }
      }
    }
  }

  /// What the file holds now, be it valid or not: it may be opened to be mended.
  private func currentBytes(
    _ store: ResourceStore<Resource>,
    _ path: String
  ) throws(HostError) -> [UInt8] {
    do throws(HostError) {
      return try store.load(name).bytes
    } catch {
      guard error.code != .notFound else { throw error }
      return try Files.read(path)
    }
  }

  private func report(unchanged stored: StoredResource<Resource>?, _ path: String) {
    let resource = stored?.resource ?? Resource(name: name, type: "")
    var report = StoringReport(resource: resource, path: path)
    report.isChanged = false
    report.show(asJSON: options.json)
  }

  /// The command line of the user's editor.
  private static func editor() throws(HostError) -> String {
    for variable in ["VISUAL", "EDITOR"] {
      if let editor = try Environment.value(variable), !editor.isEmpty { return editor }
    }
    throw HostError(
      .notFound,
      stage: .input,
      "no editor is known: set VISUAL or EDITOR, or use `drivers \(Resource.command) set` with key=value or --file"
    )
  }
}

/// A copy of a document in a folder that only the user can enter.
private final class PrivateCopy: Sendable {
  private let folder: String
  let path: String

  init(of bytes: [UInt8], named name: String) throws(HostError) {
    // The user's runtime folder is in memory on most systems, which is where a copy with secrets belongs.
    let parents = ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { try? Environment.value($0) }
    let parent =
      parents.first { unsafe $0.hasPrefix("/") && access($0, W_OK | X_OK) == 0 } ?? "/tmp"
    var template = Array("\(parent)/drivers-edit-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw HostError(
        .forbidden,
        stage: .input,
        "no private folder can be made in \(parent): \(systemMessage(errno))"
      )
    }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = "\(folder)/\(name)"
    do throws(HostError) {
      let file = try AtomicFile(path: path, mode: 0o600)
      try file.write(bytes)
      try file.commit()
    } catch {
      remove()
      throw error
    }
  }

  /// Runs the editor and waits for it.
  func edit(with editor: String) throws(HostError) {
    let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
    // `system` ignores Ctrl-C while the editor has the terminal.
    let status = unsafe system("\(editor) \(quoted)")
    guard status == 0 else {
      throw HostError(
        .cancelled,
        stage: .input,
        "the editor `\(editor)` has ended with \(status & 0x7F == 0 ? "code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"); nothing was stored"
      )
    }
  }

  func bytes() throws(HostError) -> [UInt8] { try Files.read(path) }

  /// Removes the copy with its folder, and what the editor has left beside it.
  func remove() {
    for name in (try? Folder.names(in: folder, where: { _ in true })) ?? [] {
      unsafe unlink("\(folder)/\(name)")
    }
    unsafe rmdir(folder)
  }
}
