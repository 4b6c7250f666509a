/// Keeps values out of what is said of a document that cannot be read.
///
/// Which of its inputs are secret is not known as long as it cannot be read, and a password that begins with a sign of
/// YAML's own is read as the name of an anchor or of a tag, which messages quote.
enum ResourceSecrecy {
  /// An error about a resource's document, with nothing of its inputs' values in it.
  static func hiding(_ error: HostError, of path: String) -> HostError {
    guard error.faults.contains(where: quotesValue) else { return error }
    let faults = error.faults.map { fault in
      guard quotesValue(fault) else { return fault }
      return Fault(
        fault.kind,
        at: fault.pointer,
        "this begins with `*` or `!`, which mean something else in YAML: put the value in quotes; it is not shown, since it may be a secret",
        location: fault.location
      )
    }
    return HostError(faults: faults, of: path)
  }

  private static func quotesValue(_ fault: Fault) -> Bool {
    // Wherever it stands: a line may only have been indented wrongly.
    let shown = ["connector_type", "description", "vault_secrets", "cache_seconds"]
    if let first = fault.pointer.tokens.first, shown.contains(first) { return false }
    return fault.message.contains("`*") || fault.message.contains("`&")
      || fault.message.contains("`!")
  }
}
