import ArgumentParser
import DriverHost

/// `drivers vault read`: which keys a secret has.
struct VaultRead: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Show which keys a secret has, and never what they hold.",
    discussion: """
      Example: drivers vault read prod:shop --keys

      With --json: {"version": 1, "secret", "keys": [{"name", "type"}], "lease_seconds", \
      "secret_version"}; what is not known is null. The exit code is 1 where the secret could not be \
      had.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The name of a vault configuration and a path in it.",
      valueName: "config:path"
    )
  )
  var secret: String

  @Flag(help: "Show the names of the keys and their types; there is nothing else to show.")
  var keys = false

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var host: HostOptions
  @OptionGroup var history: HistoryOptions

  func validate() throws {
    guard keys else {
      throw ValidationError("values of secrets are never shown: --keys shows what there is")
    }
  }

  func run() async throws {
    guard let path = try VaultSecretText.paths([secret]).first else { return }
    var command = ConnectionCommand(
      host: host,
      request: CallRequest(
        target: .vault(path.configuration),
        // As it stands, whatever it begins with.
        arguments: ["path==\(path.path)"]
      ),
      workspace: try workspaceOptions.opened(),
      action: "secret",
      format: .json,
      out: nil,
      explains: false,
      keepsHistory: !history.noHistory
    )
    command.hidesOutputs = true
    let connected: ConnectionCommand.Connected
    do {
      connected = try await command.connect()
    } catch let failure as Failure {
      throw Failure(
        SecretFailure.error(failure.error, at: path),
        asJSON: failure.asJSON,
        exitCode: failure.exitCode
      )
    }
    let outputs = connected.result.outputs
    guard let data = outputs["data"]?.resolved.mapValue else {
      throw HostError(
        .internal,
        stage: .driver,
        "the action `secret` of \(connected.type) has put out no map `data` of keys and values. Report this to the driver's vendor"
      )
    }
    show(data, of: path, outputs)
    try connected.end()
  }

  private func show(_ data: ValueMap, of path: SecretPath, _ outputs: ValueMap) {
    func number(_ name: String) -> Value {
      guard let value = outputs[name]?.resolved, value.doubleValue != nil else { return .null }
      return value
    }
    let (lease, version) = (number("lease_seconds"), number("version"))
    if host.json {
      Console.output(
        json: [
          "version": 1, "secret": .string(path.description),
          "keys": .list(
            data.map { ["name": .string($0.name), "type": .string(VaultRead.kind(of: $0.value))] }
          ),
          "lease_seconds": lease, "secret_version": version,
        ]
      )
      return
    }
    var table = TextTable(["KEY", "TYPE"])
    for (name, value) in data { table.add([name, VaultRead.kind(of: value)]) }
    var lines = [table.text]
    if !lease.isNull { lines.append("lease: \(JSON.text(lease)) s") }
    if !version.isNull { lines.append("version: \(JSON.text(version))") }
    Console.output(lines.joined(separator: "\n"))
  }

  /// What kind of value a key has; nothing else of it.
  private static func kind(of value: Value) -> String {
    switch value.resolved {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .double, .decimal: "number"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map, .json: "map"
    }
  }
}
