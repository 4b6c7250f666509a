import DriverHost

extension ConnectionResult {
  /// The outputs as they may be shown: what the driver flagged as secret is masked.
  var shownOutputs: ValueMap { outputs.masking(secretOutputs) }
}

extension HostError {
  /// What the call had put out before it failed, as it may be shown: what the driver flagged as
  /// secret is masked.
  var shownOutputs: ValueMap { outputs.masking(secretOutputs) }
}
