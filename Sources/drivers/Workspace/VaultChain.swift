import DriverHost

/// Which vault configurations have to be opened before another one can be.
struct VaultChain {
  private let vaults: ResourceStore<VaultConfiguration>
  private let names: [String]

  init(_ workspace: Workspace) {
    vaults = workspace.vaults
    names = (try? workspace.vaults.names()) ?? []
  }

  /// The shortest way from one configuration to another one, both included; nil where there is none.
  ///
  /// What cannot be read leads nowhere: it is reported where it is looked at itself.
  func way(from first: String, to last: String) -> [String]? {
    var known: Set<String> = [first]
    var ways = [[first]]
    while !ways.isEmpty {
      var longer: [[String]] = []
      for way in ways {
        guard let name = way.last, name != last else { return way }
        for next in references(of: name) where known.insert(next).inserted {
          longer.append(way + [next])
        }
      }
      ways = longer
    }
    return nil
  }

  private func references(of name: String) -> [String] {
    guard names.contains(name), let stored = try? vaults.load(name) else { return [] }
    return ConnectorValidation.vaultConfigurations(in: stored.resource.value).map(\.configuration)
  }
}
