extension BrokenDriver {
  /// The action of a driver with channels, the one in and the other out, and of one with rows.
  private static let channels = #"""
    "summary": "Does it.",
    "channels": [{"name": "out", "direction": "out"}, {"name": "in", "direction": "in"}]
    """#

  /// A stream of one column, in C: `make_rows` makes it, and what it brings depends on `format` and `owns`.
  private static func stream(format: String = "l", owns: Bool = true) -> String {
    """
    static int64_t numbers[100];
    typedef struct rows { dh_call_v1 call; int left; int64_t *numbers; } rows;
    static struct ArrowSchema column, *columns[1] = {&column};
    static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
    static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
      (void)stream;
      column = (struct ArrowSchema){.format = "\(format)", .name = "n", .release = release_schema};
      *out = (struct ArrowSchema){.format = "+s", .name = "", .n_children = 1, .children = columns,
                                  .release = release_schema};
      return 0;
    }
    typedef struct batch {
      struct ArrowArray column, *columns[1];
      const void *buffers[2], *none[1];
      int64_t numbers[100];
    } batch;
    static void release_column(struct ArrowArray *array) { array->release = NULL; }
    static void release_array(struct ArrowArray *array) {
      free(array->private_data);
      array->release = NULL;
    }
    static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
      rows *rows = stream->private_data;
      memset(out, 0, sizeof *out);
      if (rows->left-- <= 0) return 0;
      batch *made = calloc(1, sizeof *made);
      for (int i = 0; i < 100; i++) made->numbers[i] = rows->numbers[i] = i;
      made->buffers[1] = \(owns ? "made->numbers" : "rows->numbers");
      made->column = (struct ArrowArray){.length = 100, .n_buffers = 2, .buffers = made->buffers,
                                         .release = release_column};
      made->columns[0] = &made->column;
      *out = (struct ArrowArray){.length = 100, .n_buffers = 1, .buffers = made->none, .n_children = 1,
                                 .children = made->columns, .release = release_array,
                                 .private_data = made};
      return 0;
    }
    static const char *get_last_error(struct ArrowArrayStream *stream) { (void)stream; return NULL; }
    static int ends_call = 1;
    static void release_stream(struct ArrowArrayStream *stream) {
      rows *rows = stream->private_data;
      dh_call_v1 call = rows->call;
      free(rows->numbers);
      free(rows);
      stream->release = NULL;
      if (ends_call) dh_succeed(call);
    }
    static struct ArrowArrayStream make_rows(dh_call_v1 call) {
      rows *made = malloc(sizeof *made);
      *made = (rows){call, 3, malloc(sizeof numbers)};
      return (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, made};
    }
    """
  }

  private static let rows = #""summary": "Does it.", "output_kinds": ["rows"]"#

  /// Hands rows over, and leaves the end of the call to their release.
  private static let handOver = """
    struct ArrowArrayStream stream = make_rows(call);
    if (call.fn->rows(call, dh_text("rows"), &stream) == DH_OK) return;
    ends_call = 0;
    stream.release(&stream);
    """

  /// What it does with channels and rows.
  static let inStreams: [BrokenDriver] = [
    BrokenDriver(
      rule: "CHAN-5",
      how: "goes on without a reader",
      start: """
        char bytes[4096] = {0};
        for (int i = 0; i < 1000 && call.fn->stopped(call) == 0; i++) {
          call.fn->write(call, 0, bytes, sizeof bytes);
        }
        """,
      action: channels
    ),
    BrokenDriver(
      rule: "CHAN-11",
      how: "takes the first piece for all",
      start: """
        char bytes[1 << 16];
        int64_t count = call.fn->read(call, 1, bytes, sizeof bytes);
        \(output("\"count\"", "dh_int(count)"))
        """,
      action: channels
    ),
    BrokenDriver(
      rule: "CHAN-11",
      how: "puts pieces out that should be joined",
      start: """
        char bytes[1 << 16];
        int64_t pieces = 0, count;
        while ((count = call.fn->read(call, 1, bytes, sizeof bytes)) > 0) pieces++;
        \(output("\"pieces\"", "dh_int(pieces)"))
        """,
      action: channels
    ),
    BrokenDriver(
      rule: "ROWS-1",
      how: "ends the call before its rows",
      before: stream(),
      start: """
        ends_call = 0;
        struct ArrowArrayStream stream = make_rows(call);
        if (call.fn->rows(call, dh_text("rows"), &stream) != DH_OK) stream.release(&stream);
        """,
      action: rows
    ),
    BrokenDriver(
      rule: "ROWS-4",
      how: "frees rows with their stream",
      before: stream(owns: false),
      start: handOver,
      action: rows
    ),
    BrokenDriver(
      rule: "ROWS-5",
      how: "hands over a type that rows may not have",
      before: stream(format: "+w:3"),
      start: handOver,
      action: rows
    ),
    BrokenDriver(
      rule: "ROWS-8",
      how: "hands over two streams at once",
      before: stream(),
      start: """
        struct ArrowArrayStream other = make_rows(call), stream = make_rows(call);
        dh_status status = call.fn->rows(call, dh_text("rows"), &stream);
        if (call.fn->rows(call, dh_text("more"), &other) != DH_OK) {
          free(((rows *)other.private_data)->numbers);
          free(other.private_data);
        }
        if (status == DH_OK) return;
        ends_call = 0;
        stream.release(&stream);
        """,
      action: rows
    ),
  ]
}
