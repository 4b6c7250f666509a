import CDriverHeader
import CTemplates
import DriverHost
import Glibc

/// The files of a new driver, made of the templates.
struct DriverProject {
  /// A file of it.
  struct File {
    var path: String
    var text: String
    var isExecutable = false
  }

  private let names: DriverNames
  private let language: ProjectLanguage
  private let isBlocking: Bool
  /// The folder of the package that has DriverKit, for a driver in Swift.
  var package = ""

  init(_ names: DriverNames, _ language: ProjectLanguage, isBlocking: Bool) {
    self.names = names
    self.language = language
    self.isBlocking = isBlocking
  }

  /// All files, in the order of their paths.
  var files: [File] {
    let kind = isBlocking ? "blocking" : "nonblocking"
    var files = [
      file("README.md", "common/README.md"), file(".gitignore", "common/gitignore"),
      file("descriptor.json", "common/descriptor-\(kind).json"),
      file("test", "common/test", isExecutable: true),
    ]
    switch language {
    case .c:
      files += [
        file("build", "c/build", isExecutable: true), header,
        file("driver.c", "c/driver-\(kind).c"),
      ]
    case .cpp:
      files += [
        file("build", "cpp/build", isExecutable: true), header,
        file("driver.cpp", "cpp/driver-\(kind).cpp"),
        file("driver.exports", "cpp/driver.exports"),
      ]
    case .rust:
      files += [
        file("build", "rust/build", isExecutable: true),
        file("driver.rs", "rust/driver-\(kind).rs"),
        file("driver_abi.rs", "rust/driver_abi.rs"),
      ]
    case .swift:
      let (source, descriptor) = ("\(names.file)Driver", "\(names.file)Descriptor")
      files += [
        file("Package.swift", "swift/Package.swift"),
        file("Sources/\(descriptor)/descriptor.c", "swift/descriptor.c"),
        file("Sources/\(source)/Entry.swift", "swift/Entry.swift"),
        file("Sources/\(source)/\(source).swift", "swift/driver-\(kind).swift"),
        file("build", "swift/build", isExecutable: true),
        file("driver.exports", "swift/driver.exports"),
      ]
    }
    return files.sorted { $0.path < $1.path }
  }

  private var header: File {
    File(path: "driver_abi.h", text: unsafe String(cString: driver_header_text()))
  }

  private func file(_ path: String, _ template: String, isExecutable: Bool = false) -> File {
    File(path: path, text: filled(DriverProject.template(template)), isExecutable: isExecutable)
  }

  private func filled(_ text: String) -> String {
    let values = [
      ("@TYPE@", names.type), ("Template", names.file), ("@NAME@", names.title), ("@ID@", names.id),
      ("@FOLDER@", names.folder), ("@LANGUAGE@", language.title), ("@PACKAGE@", package),
      ("@FILES@", explanation),
    ]
    return values.reduce(text) { text, value in
      text.split(separator: value.0, omittingEmptySubsequences: false).joined(separator: value.1)
    }
  }

  /// What the README says of the files.
  private var explanation: String {
    let source =
      switch language {
      case .c: "`driver.c` is the driver, `driver_abi.h` all that it needs."
      case .cpp:
        "`driver.cpp` is the driver, `driver_abi.h` all that it needs. No exception may leave it. `driver.exports` keeps\nthe templates of the C++ library from being exported."
      case .rust:
        "`driver.rs` is the driver. `driver_abi.rs` has the declarations of `driver_abi.h`, and a thin layer that takes the\nraw pointers out of sight. No panic may leave the driver."
      case .swift:
        "`\(names.file)Driver.swift` is the driver, `Entry.swift` the one function that it exports. `Package.swift` has\nthe path of the package that DriverKit is in."
      }
    return
      "`descriptor.json` says what the type is called and which inputs it takes: the host checks them, fills in defaults,\nand makes help and forms of it. It is embedded when the driver is built.\n\n\(source)"
  }

  /// The text of a template, which is there: the tests make a project of each kind.
  private static func template(_ path: String) -> String {
    var file = unsafe template_files()
    while let name = unsafe file.pointee.path, let text = unsafe file.pointee.text {
      if unsafe String(cString: name) == path { return unsafe String(cString: text) }
      unsafe file += 1
    }
    preconditionFailure("there is no template \(path)")
  }

  // MARK: - Writing

  /// Makes the folder, which must not be there, with all files in it, or nothing at all.
  func write(to folder: String) throws(HostError) {
    var facts = stat()
    guard unsafe lstat(folder, &facts) != 0 else {
      throw HostError(
        .conflict,
        stage: .input,
        "\(folder) is there already: give another one by --folder, or remove it"
      )
    }
    // Written beside, so that the name is only ever that of a whole project.
    let temporary = "\(folder).\(getpid()).part"
    do throws(HostError) {
      guard unsafe mkdir(temporary, 0o755) == 0 else { throw DriverProject.failure(folder, errno) }
      for file in files { try DriverProject.write(file, to: temporary) }
      guard unsafe rename(temporary, folder) == 0 else {
        throw DriverProject.failure(folder, errno)
      }
    } catch {
      DriverProject.remove(temporary, files)
      throw error
    }
  }

  private static func write(_ file: File, to folder: String) throws(HostError) {
    var parent = folder
    for part in file.path.split(separator: "/").dropLast() {
      parent += "/" + part
      try makeFolder(parent)
    }
    let path = folder + "/" + file.path
    let written = try AtomicFile(path: path)
    try written.write(Array(file.text.utf8))
    try written.commit()
    guard unsafe chmod(path, file.isExecutable ? 0o755 : 0o644) == 0 else {
      throw failure(path, errno)
    }
  }

  private static func makeFolder(_ path: String) throws(HostError) {
    guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw failure(path, errno)
  }

  /// Takes back what has been written.
  private static func remove(_ folder: String, _ files: [File]) {
    var folders: Set<String> = [folder]
    for file in files {
      unsafe unlink(folder + "/" + file.path)
      var parent = folder
      for part in file.path.split(separator: "/").dropLast() {
        parent += "/" + part
        folders.insert(parent)
      }
    }
    for path in folders.sorted(by: >) { unsafe rmdir(path) }
  }

  private static func failure(_ path: String, _ number: Int32) -> HostError {
    HostError(.forbidden, stage: .input, "\(path) cannot be made: \(systemMessage(number))")
  }
}
