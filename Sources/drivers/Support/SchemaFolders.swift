import DriverHost
import Glibc

/// The documents that `--resources` makes known to schemas.
enum SchemaFolders {
  /// Resources from arguments of the form URI=FOLDER.
  ///
  /// - Throws: All arguments that are wrong, at once.
  static func resources(_ arguments: [String]) throws(HostError) -> SchemaResources {
    var resources = SchemaResources()
    var faults: [Fault] = []
    for argument in arguments {
      // A URI may hold `=`, a folder rarely does.
      guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else {
        faults.append(
          Fault(.syntax, "--resources \(argument): write it as URI=FOLDER")
        )
        continue
      }
      let folder = String(argument[argument.index(after: sign)...])
      var status = stat()
      guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        faults.append(Fault(.invalid, "--resources \(argument): there is no folder \(folder)"))
        continue
      }
      resources.addFolder(at: String(argument[..<sign])) { path throws(HostError) in
        let file = "\(folder)/\(path)"
        guard unsafe access(file, F_OK) == 0 else { return nil }
        return try Document.parse(try Files.read(file), file: file).value
      }
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the command line") }
    return resources
  }
}
