internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `system_info`: what the server is, and how much it has left.
struct SystemInfo: SSHAction {
  private let inputs: RunInputs

  init(_ call: Call) throws(DriverError) { inputs = try RunInputs(call, hasChannels: false) }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let connection = try await session.connected(scope)
    let run = RemoteRun(connection: connection, session: session, call: call, inputs: inputs)
    let result = try await run.run(.command(SystemProgram.text, shell: "/bin/sh"), scope)
    if let failure = result.failure(inputs.expected) { throw failure }
    let text =
      switch result.stdout {
      case .text(let text): text
      // Such as the name of a mount.
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      }
    let report = SystemReport(text)
    guard report.texts["system"] != nil else {
      throw DriverError(
        .unsupported,
        "\(connection.name) does not tell what it is: it has no uname, or no shell of POSIX"
      )
    }
    for (name, value) in report.outputs { try call.output(name, value) }
  }
}

extension SystemReport {
  /// The report as the action puts it out.
  fileprivate var outputs: [(StaticString, OutputValue)] {
    let names: [StaticString] = [
      "os", "os_id", "os_version", "system", "kernel", "architecture", "hostname", "cpu_model",
    ]
    var outputs = names.map { name in (name, OutputValue(texts["\(name)"])) }
    outputs.append(("cpus", processors.map(OutputValue.int) ?? .null))
    let memory = memory.sorted { $0.key < $1.key }.map {
      (name: $0.key, value: OutputValue.int($0.value))
    }
    outputs.append(("memory", .map(memory)))
    outputs.append(("uptime", uptime.map(OutputValue.double) ?? .null))
    outputs.append(("load", .list(load.map(OutputValue.double))))
    let disks = disks.map { disk in
      OutputValue.map([
        ("device", .string(disk.device)), ("mount", .string(disk.mount)),
        ("size", .int(disk.size)), ("used", .int(disk.used)), ("available", .int(disk.available)),
      ])
    }
    outputs.append(("disks", .list(disks)))
    return outputs
  }
}
