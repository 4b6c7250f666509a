extension BrokenDriver {
  private static let account =
    #"{"account": {"type": "string", "description": "Whose.", "default": "guest", "x-session": true}}"#

  /// Opens a session, and closes it.
  private static func session(
    open: String = """
    void *made = malloc(256);
    if (call.fn->opened(call, made) != DH_OK || dh_succeed(call) != DH_OK) free(made);
    return;
    """,
    close: String = "free(request->session); dh_succeed(call); return;"
  ) -> String {
    """
    if (dh_text_is(request->action, "open")) {
      \(open)
    }
    if (dh_text_is(request->action, "close")) {
      \(close)
    }
    """
  }

  private static func driver(
    _ rule: String,
    _ how: String,
    before: String = "",
    start: String = "",
    other: String = session()
  ) -> BrokenDriver {
    BrokenDriver(
      rule: rule,
      how: how,
      before: before,
      start: start,
      other: other,
      descriptor: #""concurrency": "session-serial", "session": {"reset": false, "check": false},"#,
      inputs: account
    )
  }

  /// What it does with sessions.
  static let inSessions: [BrokenDriver] = [
    driver(
      "SESS-2",
      "opens no session",
      other: session(open: "dh_succeed(call); return;")
    ),
    driver(
      "SESS-3",
      "forgets a session that the host did not take",
      other: session(
        open: """
          void *made = malloc(4096);
          call.fn->opened(call, made);
          usleep(500);
          if (call.fn->stopped(call) == 0) dh_succeed(call);
          else dh_fail(call, DH_ERROR_CANCELLED, "stopped");
          return;
          """
      )
    ),
    driver(
      "SESS-6",
      "leaves a connection of a session open",
      before: "static int last;",
      other: session(
        open: """
          void *made = malloc(256);
          last = dup(0);
          if (call.fn->opened(call, made) != DH_OK || dh_succeed(call) != DH_OK) free(made);
          return;
          """
      )
    ),
    driver(
      "SESS-7",
      "opens a session twice",
      other: session(
        open: """
          void *made = malloc(256);
          call.fn->opened(call, made);
          call.fn->opened(call, made);
          dh_succeed(call);
          return;
          """
      )
    ),
    driver(
      "PROC-11",
      "loses memory with each session",
      other: session(close: "dh_succeed(call); return;")
    ),
  ]
}
