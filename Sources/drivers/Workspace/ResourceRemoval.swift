import ArgumentParser
import DriverHost

/// Removes a resource of a workspace, once somebody has said so.
struct ResourceRemoval<Resource: CommandResource> {
  let name: String
  let workspace: Workspace

  /// Asks, removes and says so.
  func run(_ confirmation: ConfirmationOptions, asJSON: Bool) throws {
    let store = Resource.store(in: workspace)
    let path = try store.path(of: name)
    // Whether there is one is said before anybody is asked; one that cannot be read may go too.
    do throws(HostError) {
      _ = try store.load(name)
    } catch {
      if error.code == .notFound { throw error }
    }
    try confirmation.confirm("Remove the \(Resource.word) \(name) (\(path))?")
    try store.remove(name)
    if asJSON {
      Console.output(
        json: ["version": 1, "name": .string(name), "path": .string(path), "removed": true]
      )
    } else {
      Console.output(Console.plain("\(Resource.word) \(name) removed"))
    }
  }
}
