internal import DriverKit
internal import HTTPKit

/// The action `mounts`: the engines and methods that who asks can see.
final class MountsCall: VaultAction {
  override func run() throws(DriverError) {
    let subject = VaultSubject(
      task: "list the engines",
      thing: "list of engines",
      pointer: "/authentication"
    )
    ask(try inputs.request("GET", "sys/internal/ui/mounts"), subject) {
      [self] answer throws(DriverError) in
      guard let document = answer.document, document.range("/data/secret") != nil else {
        throw DriverError(
          .protocolViolation,
          "\(requester.server) answered without a list of engines: check that url is the address of a vault",
          pointer: "/url"
        )
      }
      try call.output("engines", .list(MountsCall.mounts(document, "/data/secret", isEngine: true)))
      try call.output("methods", .list(MountsCall.mounts(document, "/data/auth", isEngine: false)))
      succeed()
    }
  }

  private static func mounts(
    _ document: JSONDocument,
    _ pointer: String,
    isEngine: Bool
  ) -> [OutputValue] {
    document.members(pointer).sorted { $0.name < $1.name }.map { name, place in
      let type = document.text("/type", within: place)
      var members: [(name: String, value: OutputValue)] = [
        ("path", .string(EnginePath.trimmed(name))), ("type", OutputValue(type)),
        ("description", .string(document.text("/description", within: place) ?? "")),
      ]
      if isEngine {
        let version = document.scalar("/options/version", within: place).flatMap { Int64($0) }
        let isPlain = type == "kv" || type == "generic"
        members.append(("kv_version", isPlain ? .int(version ?? 1) : .null))
      }
      return .map(members)
    }
  }
}
