extension DriverRuntime {
  /// How the driver fares, and the executions of the calls that were given up.
  var statistics: (statistics: DriverStatistics, abandoned: [String]) {
    let counts = counts
    var statistics = DriverStatistics()
    var abandoned: [String] = []
    CallTable.shared.forEachCall { id, slot in
      if let execution = slot.count(id, of: self, in: &statistics) { abandoned.append(execution) }
    }
    statistics.callsInFlight =
      statistics.waitingCalls + statistics.runningCalls + statistics.stoppingCalls
      + statistics.settlingCalls
    statistics.abandonedCalls = abandoned.count
    statistics.misuses = counts.misuses
    statistics.slowCallbacks = counts.slowCallbacks
    statistics.slowestCallback = .nanoseconds(counts.slowestCallback)
    statistics.bytesWritten = Int64(counts.bytesWritten)
    statistics.bytesRead = Int64(counts.bytesRead)
    return (statistics, abandoned)
  }
}
