import DriverHost

/// What the library tells as documents; their form stands in the header.
enum Documents {
  /// The drivers of a catalog.
  static func drivers(_ catalog: Catalog) -> Value {
    [
      "drivers": .list(catalog.drivers.map(driver)),
      "rejected": .list(
        catalog.rejected.map { candidate in
          [
            "path": .string(candidate.path), "reason": .string(candidate.reason),
            "superseded": .bool(candidate.isSuperseded),
          ]
        }
      ),
      "search_path": .list(
        catalog.searchPath.entries.map { entry in
          ["path": .string(entry.path), "origin": .string(entry.origin.rawValue)]
        }
      ),
    ]
  }

  private static func driver(_ driver: CatalogDriver) -> Value {
    let descriptor = driver.descriptor
    return [
      "type": .string(descriptor.name),
      "selector": .string(driver.selector),
      "default": .bool(driver.isDefault),
      "id": .string(descriptor.id),
      "title": .string(descriptor.title),
      "version": .string(descriptor.version.description),
      "vendor": string(descriptor.vendor),
      "summary": string(descriptor.summary),
      "path": .string(driver.path),
      "origin": .string(driver.origin.origin.rawValue),
      "actions": .list(descriptor.actions.map { .string($0.name) }),
    ]
  }

  /// What closing a host could not end.
  static func report(_ report: CloseReport) -> Value {
    let abandoned = report.abandoned.sorted { $0.key < $1.key }
    return [
      "clean": .bool(report.isClean),
      "abandoned": .map(
        ValueMap(
          abandoned.lazy.map { (name: $0.key, value: .list($0.value.map(Value.string))) }
        )
      ),
      "stuck": .list(report.stuck.map(Value.string)),
    ]
  }

  /// How a host fares.
  static func statistics(_ statistics: HostStatistics) -> Value {
    let drivers = statistics.drivers.sorted { $0.key < $1.key }
    return [
      "threads": number(statistics.threads),
      "helper_threads": number(statistics.helperThreads),
      "wedged_threads": number(statistics.wedgedThreads),
      "waiting_calls": number(statistics.waitingCalls),
      "drivers": .map(
        ValueMap(drivers.lazy.map { (name: $0.key, value: Documents.driver($0.value)) })
      ),
    ]
  }

  private static func driver(_ driver: DriverStatistics) -> Value {
    [
      "calls_in_flight": number(driver.callsInFlight),
      "waiting_calls": number(driver.waitingCalls),
      "running_calls": number(driver.runningCalls),
      "stopping_calls": number(driver.stoppingCalls),
      "settling_calls": number(driver.settlingCalls),
      "abandoned_calls": number(driver.abandonedCalls),
      "bytes_written": .int(driver.bytesWritten),
      "bytes_read": .int(driver.bytesRead),
      "misuses": number(driver.misuses),
      "slow_callbacks": number(driver.slowCallbacks),
      "slowest_callback_ns": .int(driver.slowestCallback.nanoseconds),
      "sessions": driver.sessions.map { sessions in
        [
          "warm": number(sessions.warm), "busy": number(sessions.busy),
          "waiting_calls": number(sessions.waitingCalls), "opened": number(sessions.opened),
        ]
      } ?? .null,
    ]
  }

  /// One execution of the history.
  static func execution(_ record: ExecutionRecord) -> Value {
    [
      "id": .string(record.id),
      "name": filled(record.name),
      "type": "CONNECTION",
      "connector": filled(record.connectorName),
      "connector_type": filled(record.connectorType),
      "action": filled(record.action),
      "parent": string(record.parent),
      "status": .string(record.status.rawValue),
      "status_message": string(record.statusMessage),
      "error_code": string(record.errorCode?.description),
      "created": .int(record.created.nanoseconds),
      "started": record.started.map { .int($0.nanoseconds) } ?? .null,
      "ended": record.ended.map { .int($0.nanoseconds) } ?? .null,
      "duration_ns": record.duration.map { .int($0.nanoseconds) } ?? .null,
      "attempts": number(record.attempts),
      "driver": filled(record.driver),
      "driver_version": filled(record.driverVersion),
      "input": .map(record.input),
      "output": record.output.map(Value.map) ?? .null,
      "dropped_output_size": record.droppedOutputSize.map(number) ?? .null,
    ]
  }

  private static func number(_ number: Int) -> Value { .int(Int64(number)) }

  private static func string(_ text: String?) -> Value { text.map(Value.string) ?? .null }

  /// Null for an empty text, which says nothing.
  private static func filled(_ text: String) -> Value { text.isEmpty ? .null : .string(text) }
}
