/// Hands over rows of every type that rows may have, and rows that break the rules in the way that `what` names.
#include "fixture.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

DH_EMBED_DESCRIPTOR("arrow.json")

enum { ROWS = 7, TYPES = 32 };

// MARK: - The data: every fourth row is null

static int8_t int8s[ROWS] = {INT8_MIN, INT8_MAX, 0, 9, -1, 5, 6};
static uint8_t uint8s[ROWS] = {0, UINT8_MAX, 2, 9, 4, 5, 6};
static int16_t int16s[ROWS] = {INT16_MIN, INT16_MAX, 0, 9, -1, 5, 6};
static uint16_t uint16s[ROWS] = {0, UINT16_MAX, 2, 9, 4, 5, 6};
static int32_t int32s[ROWS] = {INT32_MIN, INT32_MAX, 0, 9, -1, 5, 6};
static uint32_t uint32s[ROWS] = {0, UINT32_MAX, 2, 9, 4, 5, 6};
static int64_t int64s[ROWS] = {INT64_MIN, INT64_MAX, 0, 9, -1, 5, 6};
static uint64_t uint64s[ROWS] = {0, UINT64_MAX, 2, 9, 4, 5, 6};
static uint16_t halves[ROWS] = {0x3C00, 0xC000, 0x3800, 0, 0x7C00, 0x0001, 0};
static float floats[ROWS] = {1.5f, -2.25f, 3.4e38f, 0, 0.1f, 5, 6};
static double doubles[ROWS] = {0.1, -1.7976931348623157e308, 5e-324, 0, 2, 5, 6};
static uint8_t bools[2] = {0x35, 0};
static uint64_t decimals[ROWS][2] = {{12345, 0}, {(uint64_t)-1, (uint64_t)-1}, {0, 0}, {0, 0}, {9999999999u, 0}, {5, 0}};
static uint64_t wide_decimals[ROWS][4] = {
    {1, 0, 0, 0}, {(uint64_t)-5, (uint64_t)-1, (uint64_t)-1, (uint64_t)-1}, {0, 0, 1, 0}, {0}, {7, 7, 0, 0}, {5}};
static int32_t days[ROWS] = {0, -1, 19782, 0, 11016, -719468, 2932896};
static int64_t day_milliseconds[ROWS] = {0, -86400000, 1709164800000, 0, 951782400000, 86400000, 0};
static int32_t seconds32[ROWS] = {0, 86399, 3661, 0, 1, 2, 3};
static int32_t milliseconds32[ROWS] = {0, 86399999, 3661001, 0, 1, 2, 3};
static int64_t microseconds[ROWS] = {0, 86399999999, 3661000001, 0, 1, 2, 3};
static int64_t nanoseconds[ROWS] = {0, 86399999999999, 3661000000001, 0, 1000, 2000, 3000};
static int64_t moments[ROWS] = {0, -1, 1700000000, 0, 951782400, 5, 6};
static int32_t ends[ROWS + 1] = {0, 0, 3, 8, 8, 12, 13, 14};
static int64_t large_ends[ROWS + 1] = {0, 0, 3, 8, 8, 12, 13, 14};
static char text[] = "abch\xC3\xA9\xC2\xA2\xF0\x9F\x8C\x8Dxyz";
static int32_t list_ends[ROWS + 1] = {0, 0, 1, 3, 3, 4, 6, 7};
static int64_t large_list_ends[ROWS + 1] = {0, 0, 1, 3, 3, 4, 6, 7};
static uint8_t valid = 0x77;

typedef struct type {
  const char *name, *format;
  const void *buffers[3];
  int buffer_count;
} type;

#define FIXED(name, format, values) {name, format, {&valid, values}, 2}
#define TEXT(name, format, offsets) {name, format, {&valid, offsets, text}, 3}

static const type types[TYPES] = {
    {"null", "n", {NULL}, 0},
    FIXED("bool", "b", bools),
    FIXED("int8", "c", int8s),
    FIXED("uint8", "C", uint8s),
    FIXED("int16", "s", int16s),
    FIXED("uint16", "S", uint16s),
    FIXED("int32", "i", int32s),
    FIXED("uint32", "I", uint32s),
    FIXED("int64", "l", int64s),
    FIXED("uint64", "L", uint64s),
    FIXED("half", "e", halves),
    FIXED("float", "f", floats),
    FIXED("double", "g", doubles),
    FIXED("decimal128", "d:10,2", decimals),
    FIXED("decimal256", "d:60,3,256", wide_decimals),
    TEXT("utf8", "u", ends),
    TEXT("large_utf8", "U", large_ends),
    TEXT("binary", "z", ends),
    TEXT("large_binary", "Z", large_ends),
    FIXED("date32", "tdD", days),
    FIXED("date64", "tdm", day_milliseconds),
    FIXED("time_s", "tts", seconds32),
    FIXED("time_ms", "ttm", milliseconds32),
    FIXED("time_us", "ttu", microseconds),
    FIXED("time_ns", "ttn", nanoseconds),
    FIXED("timestamp_s", "tss:", moments),
    FIXED("timestamp_ms", "tsm:+05:30", moments),
    FIXED("timestamp_us", "tsu:UTC", moments),
    FIXED("timestamp_ns", "tsn:Europe/Vienna", moments),
    {"list", "+l", {&valid, list_ends}, 2},
    {"large_list", "+L", {&valid, large_list_ends}, 2},
    {"struct", "+s", {&valid}, 1},
};

/// The children of the three nested types: items of the lists, and the two members of the struct.
static const type items = FIXED("item", "i", int32s), texts = TEXT("item", "u", ends);
static const type member_a = FIXED("a", "l", int64s), member_b = TEXT("b", "u", ends);

// MARK: - Schemas and arrays, in one block each

typedef struct schemas {
  struct ArrowSchema columns[TYPES], nested[4];
  struct ArrowSchema *pointers[TYPES], *nested_pointers[4];
} schemas;

typedef struct arrays {
  struct ArrowArray columns[TYPES], nested[4];
  struct ArrowArray *pointers[TYPES], *nested_pointers[4];
  const void *root_buffers[1];
} arrays;

static void release_schema(struct ArrowSchema *schema) {
  free(schema->private_data);
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  free(array->private_data);
  array->release = NULL;
}

static struct ArrowSchema schema_of(const type *type) {
  return (struct ArrowSchema){
      .format = type->format, .name = type->name, .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
}

static struct ArrowArray array_of(const type *type, int64_t offset, int64_t length) {
  int64_t nulls = 0;
  for (int64_t i = offset; i < offset + length; i++) nulls += i % 4 == 3;
  if (type->buffer_count == 0) nulls = length;
  return (struct ArrowArray){.length = length, .offset = offset, .null_count = nulls, .n_buffers = type->buffer_count,
                             .buffers = (const void **)type->buffers, .release = release_array};
}

static void make_schema(struct ArrowSchema *out) {
  schemas *made = calloc(1, sizeof *made);
  const type *nested[4] = {&items, &texts, &member_a, &member_b};
  for (int i = 0; i < 4; i++) made->nested[i] = schema_of(nested[i]), made->nested_pointers[i] = &made->nested[i];
  for (int i = 0; i < TYPES; i++) made->columns[i] = schema_of(&types[i]), made->pointers[i] = &made->columns[i];
  for (int i = 0; i < 3; i++) {
    made->columns[TYPES - 3 + i].children = &made->nested_pointers[i];
    made->columns[TYPES - 3 + i].n_children = i == 2 ? 2 : 1;
  }
  *out = (struct ArrowSchema){.format = "+s", .n_children = TYPES, .children = made->pointers, .release = release_schema,
                              .private_data = made};
}

/// `length` rows from `offset` on: by the offset of each column, or by that of the whole batch.
static arrays *make_batch(struct ArrowArray *out, int64_t offset, int64_t length, int of_whole) {
  arrays *made = calloc(1, sizeof *made);
  const type *nested[4] = {&items, &texts, &member_a, &member_b};
  for (int i = 0; i < 4; i++) {
    made->nested[i] = array_of(nested[i], 0, ROWS);
    made->nested_pointers[i] = &made->nested[i];
  }
  for (int i = 0; i < TYPES; i++) {
    made->columns[i] = of_whole ? array_of(&types[i], 0, ROWS) : array_of(&types[i], offset, length);
    made->pointers[i] = &made->columns[i];
  }
  for (int i = 0; i < 3; i++) {
    made->columns[TYPES - 3 + i].children = &made->nested_pointers[i];
    made->columns[TYPES - 3 + i].n_children = i == 2 ? 2 : 1;
  }
  *out = (struct ArrowArray){.length = length, .offset = of_whole ? offset : 0, .n_buffers = 1,
                             .buffers = made->root_buffers, .n_children = TYPES, .children = made->pointers,
                             .release = release_array, .private_data = made};
  return made;
}

// MARK: - The stream

typedef struct source {
  dh_call_v1 call;
  int64_t pulled, batches;
  char what[32];
} source;

static int is(const source *source, const char *what) { return dh_same(source->what, what); }

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  source *rows = stream->private_data;
  make_schema(out);
  if (is(rows, "format")) out->children[2]->format = "vu";
  if (is(rows, "no_struct")) out->format = "l";
  if (is(rows, "schema_error")) {
    out->release(out);
    return EPROTO;
  }
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  source *rows = stream->private_data;
  memset(out, 0, sizeof *out);
  if (rows->call.fn->stopped(rows->call) > 0 && !is(rows, "hang")) return ECANCELED;
  if (is(rows, "hang")) fixture_sleep_ms(1500);
  if ((is(rows, "error") || is(rows, "broken")) && rows->pulled == 1) return EIO;
  if (rows->pulled == rows->batches) return 0;
  rows->pulled++;
  int64_t turn = rows->pulled % 3;
  arrays *made = make_batch(out, turn == 1 ? 0 : 2, turn == 1 ? ROWS : 5, turn == 0);
  if (is(rows, "length")) out->children[8]->length = 3;
  if (is(rows, "negative")) out->length = -1;
  if (is(rows, "children")) out->n_children = TYPES - 1;
  if (is(rows, "buffers")) out->children[15]->n_buffers = 2;
  if (is(rows, "no_buffer")) out->children[8]->buffers = NULL;
  if (is(rows, "released")) out->children[8]->release = NULL;
  if (is(rows, "offsets")) {
    static const int32_t backwards[ROWS + 1] = {0, 5, 3, 8, 8, 9, 9, -4};
    static const void *buffers[3] = {&valid, backwards, text};
    made->columns[15].buffers = buffers;
  }
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  source *rows = stream->private_data;
  return is(rows, "error") || is(rows, "broken") ? "the disk went away" : NULL;
}

static void hand_over(dh_call_v1 call, const char *what, int64_t batches, const char *name);

static void release_stream(struct ArrowArrayStream *stream) {
  source *rows = stream->private_data;
  source copy = *rows;
  free(rows);
  stream->release = NULL;
  if (is(&copy, "never_done") || is(&copy, "done_early")) return;
  if (is(&copy, "two")) {
    hand_over(copy.call, "", 1, "second");
  } else if (is(&copy, "error")) {
    dh_error_v1 error = dh_error(DH_ERROR_REMOTE_FAILURE, "the server lost its disk");
    error.vendor_state = dh_text("58030");
    error.flags = DH_SESSION_BROKEN;
    copy.call.fn->done(copy.call, &error);
  } else if (copy.call.fn->stopped(copy.call) > 0 && !is(&copy, "careless")) {
    fixture_end_stopped(copy.call);
  } else {
    fixture_output(copy.call, "batches", dh_int(copy.pulled));
    dh_succeed(copy.call);
  }
}

static void hand_over(dh_call_v1 call, const char *what, int64_t batches, const char *name) {
  source *rows = calloc(1, sizeof *rows);
  *rows = (source){.call = call, .batches = batches};
  snprintf(rows->what, sizeof rows->what, "%s", what);
  struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, release_stream, rows};
  if (is(rows, "no_get_next")) stream.get_next = NULL;
  if (is(rows, "wait_in_start")) snprintf(rows->what, sizeof rows->what, "never_done");
  dh_status status = call.fn->rows(call, dh_text(name), &stream);
  if (status != DH_OK) {
    stream.release = NULL;
    free(rows);
    dh_fail(call, DH_ERROR_INTERNAL, "the rows were not taken");
  } else if (dh_same(what, "again")) {
    // The host has taken it: what is left here is no stream.
    fixture_output(call, "again", dh_int(call.fn->rows(call, dh_text(name), &stream)));
  } else if (dh_same(what, "done_early")) {
    dh_succeed(call);
  }
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  const char *what = dh_string_of(request->inputs, "what", "");
  hand_over(request->call, what, dh_int_of(request->inputs, "batches", 3), "rows");
  if (dh_same(what, "wait_in_start")) {
    // Until the stream was released: one thread of the host's is in here, so another one must pull.
    fixture_wait_ms(request->call, 100);
    dh_succeed(request->call);
  }
}

FIXTURE_DRIVER(start)
