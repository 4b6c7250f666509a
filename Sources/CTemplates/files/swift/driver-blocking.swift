import DriverKit

/// The driver for the connector type @TYPE@.
///
/// Its calls may wait: the host runs each on a thread of its own.
///
/// One instance serves all calls at once.
final class TemplateDriver: BlockingDriver {
  /// What all calls need in common goes in here.
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    switch call.action {
    case "say": try say(call)
    default: throw DriverError(.unsupported, "the driver does not know this action")
    }
  }

  private func say(_ call: Call) throws(DriverError) {
    let inputs = try SayInputs(call.inputs)
    var said = ""
    for index in 0..<inputs.times {
      try call.checkStop()
      if index > 0 { said += " " }
      said += inputs.text
    }
    try call.output("text", .string(said))
  }
}

/// The inputs of `say`.
///
/// The host has held them against the descriptor.
struct SayInputs {
  var text: String
  var times: Int

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    text = try inputs.required("text").string()
    times = try inputs.required("times").int(in: 1...1000)
  }
}
