import ArgumentParser

/// `drivers connector`: the connectors of a workspace.
struct ConnectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connector",
    abstract: "List, show and change the connectors of a workspace.",
    discussion: """
      A connector is a file, connectors/NAME.yaml: its connector_type, a description, its value, \
      which is the inputs that every call of it begins with, and vault_secrets, the secrets that are \
      attached to it. `drivers run NAME` makes a call of it.

      Files are written whole, with mode 0600; what would not be valid is never stored.
      """,
    subcommands: [
      ConnectorList.self, ConnectorShow.self, ConnectorCreate.self, ConnectorSet.self,
      ConnectorEdit.self, ConnectorRename.self, ConnectorRemove.self, ConnectorValidate.self,
      ConnectorForm.self,
    ]
  )
}
