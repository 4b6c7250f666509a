extension BrokenDriver {
  /// Rules that calls break, each by a driver that does so only after many calls, with many at once, or when it is to
  /// stop.
  static let withState: [BrokenDriver] =
    later(["CALL-12", "ERR-1", "ERR-4", "VAL-1", "VAL-3", "VAL-4", "VAL-9", "VAL-10", "CHAN-10"])
    + later(["ROWS-8", "SESS-7", "LOOP-2", "LOOP-4", "LOOP-10", "PROC-2", "PROC-3", "PROC-4"])
    + underLoad(["CALL-1", "CALL-12", "STOP-1", "PROC-7", "VAL-1", "ERR-1"])
    + whenStopped(["CALL-1", "CALL-12", "STOP-8", "PROC-7", "PROC-11"])

  private static func first(_ rule: String) -> [BrokenDriver] {
    (inCalls + inStreams + [printing, moving]).first { $0.rule == rule && $0.after < 100 }.map {
      [$0]
    } ?? []
  }

  private static let printing = BrokenDriver(
    rule: "PROC-4",
    how: "prints",
    start: "puts(\"hello\"); fflush(stdout);"
  )
  private static let moving = BrokenDriver(
    rule: "PROC-3",
    how: "changes the folder",
    start: "if (chdir(\"/usr\") != 0) abort();"
  )

  private static func later(_ rules: [String]) -> [BrokenDriver] {
    rules.flatMap(first).map { driver in
      var driver = driver
      driver.after = 1000
      return driver
    }
  }

  private static func underLoad(_ rules: [String]) -> [BrokenDriver] {
    rules.flatMap(first).map { driver in
      var driver = driver
      driver.after = 0
      driver.only = "(usleep(3000), __atomic_load_n(&in_flight, __ATOMIC_RELAXED) > 8)"
      driver.when = "when there are many"
      return driver
    }
  }

  private static func whenStopped(_ rules: [String]) -> [BrokenDriver] {
    rules.flatMap(first).map { driver in
      var driver = driver
      driver.after = 0
      driver.only = "was_stopped(call)"
      driver.when = "when it is to stop"
      driver.before += """

        static int was_stopped(dh_call_v1 call) {
          for (int i = 0; i < 30 && call.fn->stopped(call) == 0; i++) usleep(1000);
          return call.fn->stopped(call) != 0;
        }
        """
      return driver
    }
  }
}
