import Foundation

/// The drivers under Examples, built by their own scripts, each once a run.
package enum ExampleDriver {
  private static let builds = Builds()

  private actor Builds {
    private let folder: Result<TemporaryFolder, any Error> = Result { try TemporaryFolder() }
    private var running: [String: Task<String, any Error>] = [:]

    func path(_ name: String) async throws -> String {
      if let running = running[name] { return try await running.value }
      let folder = try folder.get().folder(name)
      let task = Task {
        let script = "\(ThisPackage.folder)/Examples/\(name)/build"
        return try await Command.check(script, [folder]).output
          .trimmingCharacters(in: .whitespacesAndNewlines)
      }
      running[name] = task
      return try await task.value
    }
  }

  /// The path of the driver that `Examples/NAME/build` makes.
  package static func path(_ name: String) async throws -> String { try await builds.path(name) }
}
