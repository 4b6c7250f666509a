// The example of Docs/Embedding.md, from the next line to the end of the file: tests hold the two together and run it.
import DriverHost

func embed(workspace: Workspace, paths: [String]) async throws -> [String] {
  var configuration = HostConfiguration()
  configuration.workspace = workspace
  configuration.searchPath = SearchPath.standard(driverPaths: paths)
  let host = try Host(configuration)
  var said: [String] = []

  // A connector, with another value for one of its inputs.
  let result = try await host.connect("greeter", ["who": "Ada"])
  said.append(result["text"].stringValue ?? "")

  // An execution that is started, waited for and cancelled apart.
  let execution = host.execution(of: .type("HELLO"), ["who": "Grace"])
  execution.start()
  said.append(try await execution.result()["text"].stringValue ?? "")

  // One call for each of many items, four at once.
  let names: [ValueMap] = [["who": "Barbara"], ["who": "Katherine"]]
  let outcomes = await host.connectMany(
    to: .connector("greeter"),
    items: names,
    FanOut(parallel: 4)
  )
  for case .success(let result) in outcomes { said.append(result["text"].stringValue ?? "") }

  // All faults of an input at once, each with its place.
  do {
    _ = try await host.connect("greeter", ["whom": "Ada"])
  } catch {
    for fault in error.faults { said.append("\(fault.kind.rawValue): \(fault)") }
  }

  // What became of them.
  for record in try await host.history.executions(ExecutionQuery()) {
    said.append("\(record.connectorName) \(record.status.rawValue)")
  }
  await host.close()
  return said
}
