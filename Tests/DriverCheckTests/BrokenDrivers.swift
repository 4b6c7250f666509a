extension BrokenDriver {
  /// All of them.
  static let all = inFile + atLoad + inCalls + withMemory + inStreams + inSessions + withState

  /// The name and the value of an output.
  static func output(_ name: String, _ value: String) -> String {
    "dh_value_v1 value = \(value); call.fn->output(call, dh_text(\(name)), &value);"
  }

  private static let openEntry = """
    DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
      (void)host, (void)id;
    """

  /// What is seen from the file alone.
  static let inFile: [BrokenDriver] = [
    BrokenDriver(
      rule: "LIB-2",
      how: "exports more",
      before:
        #"__attribute__((visibility("default"))) int shown(void); int shown(void) { return 1; }"#
    ),
    BrokenDriver(
      rule: "LIB-2",
      how: "hides its entry",
      entry: "void *volatile kept; static void keep(void) { kept = (void *)&driver; }\n"
        + "static void (*volatile keeper)(void) = keep;",
      flags: ["-Wno-unused", "-Wno-pedantic"]
    ),
    BrokenDriver(rule: "LIB-4", how: "has an RPATH", flags: ["-Wl,-rpath,/tmp/elsewhere"]),
    BrokenDriver(rule: "LIB-8", how: "has an executable stack", flags: ["-Wl,-z,execstack"]),
    BrokenDriver(
      rule: "LIB-8",
      how: "has text relocations",
      before: """
        static int number;
        int *address(void);
        int *address(void) { int *at; __asm__("movabs $number, %0" : "=r"(at)); return at + number; }
        """,
      flags: ["-Wl,-z,notext", "-Wno-unused-function"]
    ),
    BrokenDriver(
      rule: "DESC-1",
      how: "has two descriptors",
      before: """
        #undef DH_DESCRIPTOR
        static void second(void) { DH_EMBED_DESCRIPTOR("descriptor.json") }
        static void (*volatile kept)(void) = second;
        """,
      start: "(void)kept;"
    ),
    BrokenDriver(
      rule: "PROC-5",
      how: "ends a library for all",
      before: "void curl_global_cleanup(void);",
      destroy: "curl_global_cleanup();"
    ),
    BrokenDriver(rule: "DESC-2", how: "has a wrong key", descriptor: #""concurrency": 1,"#),
    BrokenDriver(
      rule: "DESC-7",
      how: "names what it does not answer",
      abi: #"["dh.driver/1", "dh.driver/2"]"#
    ),
    BrokenDriver(
      rule: "DESC-8",
      how: "has no schema",
      inputs: #"{"a": {"type": "text", "description": "A."}}"#
    ),
    BrokenDriver(
      rule: "DESC-9",
      how: "takes a name of the host's",
      inputs: #"{"retry": {"type": "string", "description": "A."}}"#
    ),
    BrokenDriver(
      rule: "DESC-9",
      how: "takes an input of the standard's",
      inputs: #"{"dh_cache": {"type": "string", "description": "A."}}"#
    ),
    BrokenDriver(
      rule: "DESC-9",
      how: "has an action of the standard's",
      moreActions: #", {"name": "dh_probe", "kind": "analysis", "summary": "Probes."}"#
    ),
    BrokenDriver(
      rule: "DESC-9",
      how: "has a channel of the standard's",
      action: #""summary": "Does it.", "channels": [{"name": "dh_out", "direction": "out"}]"#
    ),
    BrokenDriver(
      rule: "DESC-10",
      how: "shows a secret",
      inputs: #"{"api_token": {"type": "string", "description": "A."}}"#
    ),
    BrokenDriver(rule: "DESC-11", how: "has an action of the host's", actionName: "open"),
    BrokenDriver(rule: "DESC-14", how: "does not say what it does", action: #""title": "Call""#),
    BrokenDriver(
      rule: "DESC-14",
      how: "has an example that is none",
      inputs: #"{"a": {"type": "integer", "description": "A.", "examples": ["x"]}}"#
    ),
    BrokenDriver(rule: "DESC-17", how: "has a mistyped key", descriptor: #""licens": "MIT","#),
    BrokenDriver(
      rule: "DESC-17",
      how: "has a mistyped word",
      descriptor: #""concurrency": "some","#
    ),
    BrokenDriver(
      rule: "DESC-17",
      how: "has a key of its own without a dot",
      action: #""summary": "Does it.", "colour": "red""#
    ),
    BrokenDriver(
      rule: "DESC-17",
      how: "has an annotation of its own without a dot",
      inputs: #"{"a": {"type": "integer", "description": "A.", "x-colour": "red"}}"#
    ),
    BrokenDriver(
      rule: "DESC-17",
      how: "has an effect of its own in a branch",
      inputs: """
        {"a": {"description": "A.", "oneOf": [
          {"const": 1, "effect": "append"}, {"const": 2}]}}
        """
    ),
    BrokenDriver(
      rule: "VAL-9",
      how: "declares an output of the standard's",
      action: #""summary": "Does it.", "outputs": {"properties": {"dh_more": {}}}"#
    ),
  ]

  /// What its entry and `create` break.
  static let atLoad: [BrokenDriver] = [
    BrokenDriver(
      rule: "LIB-9",
      how: "takes a function that is nowhere",
      before: "int function_that_is_nowhere(void);",
      create: "if (function_that_is_nowhere() != 0) return DH_FAILED;"
    ),
    BrokenDriver(
      rule: "DESC-7",
      how: "does not name what it needs",
      create: "if (host->interface(host, DH_RESOLVE_V1) == NULL) abort();"
    ),
    BrokenDriver(
      rule: "DESC-7",
      how: "cannot do without what it does not name",
      create: """
        if (host->interface(host, DH_RESOLVE_V1) == NULL) {
          dh_error_v1 error = dh_error(DH_ERROR_UNSUPPORTED, "there is no dh.resolve/1");
          report.fn(report.context, &error);
          return DH_FAILED;
        }
        """
    ),
    BrokenDriver(
      rule: "LOOP-9",
      how: "leaves a timer behind",
      before: "static void nothing(void *context) { (void)context; }",
      create: "made.reactor->timer(made.loop, 3600000000000u, nothing, NULL);",
      isNonblocking: true
    ),
    BrokenDriver(
      rule: "PROC-6",
      how: "makes a library ready by itself",
      before: "int curl_global_init(long flags);",
      create: "if (curl_global_init(3) != 0) return DH_FAILED;",
      flags: ["-lcurl"]
    ),
    BrokenDriver(
      rule: "ENTRY-1",
      how: "starts a thread",
      entry: "static void *waits(void *context) { pause(); return context; }\n" + openEntry
        + "pthread_t thread; pthread_create(&thread, NULL, waits, NULL);"
        + " return dh_same(id, DH_DRIVER_V1) ? &driver : NULL; }"
    ),
    BrokenDriver(
      rule: "ENTRY-2",
      how: "answers everything",
      entry: openEntry + "return &driver; }"
    ),
    BrokenDriver(
      rule: "ENTRY-3",
      how: "answers another table each time",
      entry: openEntry
        + "dh_driver_v1 *table = malloc(sizeof *table); *table = driver;"
        + " return dh_same(id, DH_DRIVER_V1) ? table : NULL; }"
    ),
    BrokenDriver(
      rule: "ENTRY-4",
      how: "has no destroy",
      entry: "static dh_driver_v1 half; " + openEntry
        + "half = driver; half.destroy = NULL; return dh_same(id, DH_DRIVER_V1) ? &half : NULL; }"
    ),
    BrokenDriver(rule: "ENTRY-5", how: "refuses without a reason", create: "return DH_FAILED;"),
    BrokenDriver(rule: "PROC-1", how: "takes a signal", create: "signal(SIGUSR1, SIG_IGN);"),
    BrokenDriver(
      rule: "PROC-3",
      how: "changes the folder",
      create: "if (chdir(\"/\") != 0) abort();"
    ),
    BrokenDriver(
      rule: "PROC-3",
      how: "changes the environment",
      create: "setenv(\"TZ\", \"UTC\", 1);"
    ),
    BrokenDriver(
      rule: "PROC-3",
      how: "changes the locale",
      create: "setlocale(LC_ALL, \"C.UTF-8\");"
    ),
    BrokenDriver(rule: "PROC-4", how: "prints", create: "puts(\"hello\"); fflush(stdout);"),
    BrokenDriver(rule: "PROC-7", how: "crashes", create: "abort();"),
    BrokenDriver(
      rule: "PROC-9",
      how: "nests `once`",
      before: """
        static const dh_host_v1 *the_host;
        static dh_status nothing(void *context) { (void)context; return DH_OK; }
        static dh_status outer(void *context) {
          the_host->once(the_host, "inner", nothing, context);
          return DH_OK;
        }
        """,
      start: "the_host = state->host; state->host->once(state->host, \"outer\", outer, NULL);"
    ),
  ]

  /// What its calls break.
  static let inCalls: [BrokenDriver] = [
    BrokenDriver(rule: "CALL-1", how: "ends a call twice", start: "dh_succeed(call);"),
    BrokenDriver(rule: "CALL-1", how: "ends a call twice", start: "dh_succeed(call);", after: 1000),
    BrokenDriver(
      rule: "CALL-4",
      how: "holds its loop up",
      start: "usleep(30000);",
      isNonblocking: true
    ),
    BrokenDriver(
      rule: "CALL-12",
      how: "goes on after the end",
      start: "dh_succeed(call); " + output("\"x\"", "dh_int(1)") + " return;"
    ),
    BrokenDriver(
      rule: "DESC-15",
      how: "does not serve what it declares",
      descriptor: #""default_action": "call","#,
      moreActions: #", {"name": "fly", "summary": "Flies."}"#
    ),
    BrokenDriver(rule: "CALL-13", how: "takes every action for its own", knowsActions: false),
    BrokenDriver(rule: "STOP-1", how: "does not stop", start: "usleep(500000);"),
    BrokenDriver(
      rule: "STOP-5",
      how: "holds a lock that its stop function takes",
      before: """
        static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        static void stop(void *context) {
          (void)context;
          pthread_mutex_lock(&mutex);
          pthread_mutex_unlock(&mutex);
        }
        """,
      start: """
        pthread_mutex_lock(&mutex);
        call.fn->on_stop(call, stop, NULL);
        for (int i = 0; i < 1000 && call.fn->stopped(call) == 0; i++) usleep(1000);
        usleep(20000);
        dh_succeed(call);
        pthread_mutex_unlock(&mutex);
        return;
        """
    ),
    BrokenDriver(
      rule: "STOP-7",
      how: "keeps its server busy",
      before: connecting,
      start: """
        int connection = connected(request->inputs);
        if (connection >= 0) {
          for (int i = 0; i < 1000 && call.fn->stopped(call) == 0; i++) usleep(1000);
          if (call.fn->stopped(call) == 0) close(connection);
        }
        """,
      inputs: server
    ),
    BrokenDriver(
      rule: "STOP-11",
      how: "knows two reasons to stop",
      start: """
        for (int i = 0; i < 300 && call.fn->stopped(call) == 0; i++) usleep(1000);
        if (call.fn->stopped(call) > DH_STOP_DEADLINE) abort();
        """
    ),
    BrokenDriver(
      rule: "MEM-3",
      how: "copies the table of its calls",
      start: """
        dh_calls_v1 table = *call.fn;
        dh_call_v1 copied = {&table, call.id};
        dh_succeed(copied);
        return;
        """
    ),
    BrokenDriver(
      rule: "MEM-4",
      how: "gives NULL as a value",
      start: """
        const dh_value_v1 *volatile none = NULL;
        call.fn->output(call, dh_text("none"), none);
        """
    ),
    BrokenDriver(
      rule: "STOP-8",
      how: "closes the descriptor of a stop",
      start: "close(call.fn->stop_fd(call));"
    ),
    BrokenDriver(
      rule: "STOP-8",
      how: "reads the descriptor of a stop",
      start: """
        int fd = call.fn->stop_fd(call);
        uint64_t count;
        for (int i = 0; i < 200 && call.fn->stopped(call) == 0; i++) usleep(1000);
        if (call.fn->stopped(call) != 0 && read(fd, &count, 8) != 8) abort();
        """
    ),
    BrokenDriver(
      rule: "ERR-2",
      how: "shows a password",
      start: """
        char message[200];
        snprintf(message, sizeof message, "the login with %s was refused",
                 dh_string_of(request->inputs, "password", ""));
        dh_fail(call, DH_ERROR_UNAUTHENTICATED, message);
        return;
        """,
      inputs: password
    ),
    BrokenDriver(
      rule: "ERR-2",
      how: "logs a password",
      start: """
        const char *text = dh_string_of(request->inputs, "password", "");
        call.fn->log(call, DH_LOG_DEBUG, dh_text(text));
        """,
      inputs: password
    ),
    BrokenDriver(
      rule: "ERR-4",
      how: "points at nothing",
      start: """
        dh_error_v1 error = dh_error(DH_ERROR_INVALID_INPUT, "it is wrong");
        error.pointer = dh_text("text");
        call.fn->done(call, &error);
        return;
        """
    ),
    BrokenDriver(
      rule: "VAL-7",
      how: "compares flags",
      start: "if (request->inputs->as.members[0].value.flags != 0) abort();",
      inputs: text
    ),
    BrokenDriver(
      rule: "VAL-7",
      how: "knows all kinds",
      start: """
        for (size_t i = 0; i < request->inputs->count; i++) {
          if (request->inputs->as.members[i].value.kind > 32) abort();
        }
        """,
      inputs: #"{"text": {"type": "string", "description": "A text."}}"#
    ),
    BrokenDriver(
      rule: "ERR-1",
      how: "says nothing",
      start: "dh_fail(call, DH_ERROR_INTERNAL, \"\"); return;"
    ),
    BrokenDriver(
      rule: "VAL-1",
      how: "sends what is no text",
      start: output("\"x\"", "dh_cstring(\"\\xff\")")
    ),
    BrokenDriver(
      rule: "VAL-3",
      how: "sends what is no number",
      start: output("\"x\"", "dh_double(NAN)")
    ),
    BrokenDriver(
      rule: "VAL-4",
      how: "sends a name twice",
      start: "dh_member_v1 two[2] = {dh_member(\"a\", dh_int(1)), dh_member(\"a\", dh_int(2))};"
        + output("\"x\"", "dh_map(two, 2)")
    ),
    BrokenDriver(
      rule: "VAL-9",
      how: "sends an output without a name",
      start: output("\"\"", "dh_int(1)")
    ),
    BrokenDriver(
      rule: "VAL-9",
      how: "sends an output of the standard's",
      start: output("\"dh_more\"", "dh_int(1)")
    ),
    BrokenDriver(
      rule: "VAL-10",
      how: "counts what is not there",
      start: output("\"x\"", "dh_list(NULL, 3)")
    ),
    BrokenDriver(
      rule: "CHAN-10",
      how: "writes to a channel that it has not",
      start: "call.fn->write(call, 7, \"x\", 1);"
    ),
    BrokenDriver(
      rule: "ROWS-8",
      how: "hands over a stream that was released",
      start:
        "struct ArrowArrayStream rows; memset(&rows, 0, sizeof rows); call.fn->rows(call, dh_text(\"x\"), &rows);"
    ),
    BrokenDriver(
      rule: "SESS-7",
      how: "opens a session in a call",
      start: "call.fn->opened(call, state);"
    ),
    BrokenDriver(
      rule: "LOOP-2",
      how: "sets a timer on another thread",
      before: """
        static void nothing(void *context) { (void)context; }
        static void *other(void *context) {
          state *state = context;
          state->reactor->timer(state->loop, 0, nothing, NULL);
          return NULL;
        }
        """,
      start:
        "pthread_t thread; pthread_create(&thread, NULL, other, state); pthread_join(thread, NULL);",
      isNonblocking: true
    ),
    BrokenDriver(
      rule: "LOOP-4",
      how: "watches a descriptor twice",
      before: "static void event(void *context, uint32_t events) { (void)context, (void)events; }",
      start: """
        int ends[2];
        if (pipe(ends) != 0) abort();
        int64_t watch = state->reactor->watch(state->loop, ends[0], DH_READABLE, event, NULL);
        state->reactor->watch(state->loop, ends[0], DH_READABLE, event, NULL);
        state->reactor->unwatch(state->loop, watch);
        close(ends[0]), close(ends[1]);
        """,
      isNonblocking: true
    ),
    BrokenDriver(
      rule: "LOOP-10",
      how: "ends a watch that there is not",
      start: "state->reactor->unwatch(state->loop, 4711);",
      isNonblocking: true
    ),
    BrokenDriver(rule: "PROC-2", how: "ends the process", start: "_exit(7);"),
    BrokenDriver(
      rule: "PROC-2",
      how: "forks itself",
      start: "if (calls < 3 && fork() == 0) for (;;) pause();"
    ),
    BrokenDriver(rule: "PROC-7", how: "crashes", start: "__builtin_trap();", after: 20),
    BrokenDriver(
      rule: "PROC-11",
      how: "leaks memory",
      start: "volatile char *lost = malloc(100); lost[0] = 1;"
    ),
    BrokenDriver(rule: "PROC-11", how: "leaks descriptors", start: "if (dup(0) < 0) abort();"),
    BrokenDriver(
      rule: "PROC-11",
      how: "leaves threads behind",
      before: "static void *waits(void *context) { pause(); return context; }",
      start: "pthread_t thread; if (calls < 4) pthread_create(&thread, NULL, waits, NULL);"
    ),
  ]
}
