/// The tables of a history.
enum HistorySchema {
  /// Tells a history from another program's database: "DHEX" in `application_id`.
  static let applicationID: Int64 = 0x4448_4558

  /// The newest version, which `user_version` has.
  static var version: Int64 { Int64(migrations.count) }

  /// What makes of each version the next one; the first makes the tables.
  ///
  /// Only ever added to: what is released stays as it is. Times are nanoseconds since 1970,
  /// durations nanoseconds; `code` is the number of the ABI; `input` and `output` are as
  /// `HistoryJSON` has them. Each index that an execution is in makes recording it a third slower, so
  /// those that end well are in none but that of ids: what is looked for among them is near.
  static let migrations = [
    """
    CREATE TABLE executions (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      status TEXT NOT NULL,
      owner INTEGER,
      name TEXT NOT NULL,
      connector TEXT NOT NULL,
      type TEXT NOT NULL,
      action TEXT NOT NULL,
      parent TEXT,
      message TEXT,
      code INTEGER,
      created INTEGER NOT NULL,
      started INTEGER,
      ended INTEGER,
      duration INTEGER,
      attempts INTEGER NOT NULL,
      driver TEXT NOT NULL,
      driver_version TEXT NOT NULL,
      input TEXT NOT NULL,
      output TEXT,
      dropped_output INTEGER
    );
    CREATE INDEX executions_by_status ON executions (status, id) WHERE status <> 'ENDED_SUCCESS';
    CREATE INDEX executions_by_parent ON executions (parent, id) WHERE parent IS NOT NULL;
    CREATE TABLE owners (
      owner INTEGER PRIMARY KEY,
      process INTEGER NOT NULL,
      since INTEGER NOT NULL
    );
    """
  ]

  /// The columns of an execution, in the order in which records are written and read.
  static let columns = [
    "id", "status", "owner", "name", "connector", "type", "action", "parent", "message", "code",
    "created", "started", "ended", "duration", "attempts", "driver", "driver_version", "input",
    "output", "dropped_output",
  ]

  /// Writes an execution or its later state; one that has ended stays as it is.
  ///
  /// But for one that was taken for lost: where its end comes after all, that is the truth.
  static let upsert = """
    INSERT INTO executions (\(columns.joined(separator: ", ")))
    VALUES (\(columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")))
    ON CONFLICT (id) DO UPDATE SET
      \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
    WHERE executions.status IN ('NEW', 'RUNNING')
      OR (executions.code = 18 AND excluded.status NOT IN ('NEW', 'RUNNING'))
    """
}
