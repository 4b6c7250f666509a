/// The rows: an Arrow stream with the columns `number` (int64), `square` (double, null for every tenth) and `name`
/// (utf8). https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html are the standard.
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3 };

typedef struct source {
  dh_call_v1 call;
  int64_t next, count, batch;
} source;

// MARK: - The schema

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
  }
  free(schema->private_data);
  schema->release = NULL;
}

static void release_field(struct ArrowSchema *field) { field->release = NULL; }

/// All of it is one block: the children, and the pointers to them.
static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  static const char *const names[COLUMNS] = {"number", "square", "name"};
  static const char *const formats[COLUMNS] = {"l", "g", "u"};
  struct block {
    struct ArrowSchema fields[COLUMNS];
    struct ArrowSchema *pointers[COLUMNS];
  } *block = calloc(1, sizeof *block);
  (void)stream;
  if (block == NULL) return ENOMEM;
  for (int i = 0; i < COLUMNS; i++) {
    block->fields[i].name = names[i];
    block->fields[i].format = formats[i];
    block->fields[i].flags = i == 1 ? ARROW_FLAG_NULLABLE : 0;
    block->fields[i].release = release_field;
    block->pointers[i] = &block->fields[i];
  }
  *out = (struct ArrowSchema){.format = "+s", .name = "", .n_children = COLUMNS, .children = block->pointers,
                              .release = release_schema, .private_data = block};
  return 0;
}

// MARK: - The batches

/// One batch: its arrays, and behind them the memory that they point to. It owns all of this, so that it may outlive
/// the call; a consumer may also take a column out of it, which is why the arrays are counted.
typedef struct batch {
  int arrays;
  struct ArrowArray columns[COLUMNS];
  struct ArrowArray *pointers[COLUMNS];
  const void *rows_buffers[1], *number_buffers[2], *square_buffers[2], *name_buffers[3];
  unsigned char memory[];
} batch;

static void release_array(struct ArrowArray *array) {
  batch *owner = array->private_data;
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
  }
  array->release = NULL;
  if (--owner->arrays == 0) free(owner);
}

static struct ArrowArray array_of(batch *owner, int64_t length, int64_t nulls, int64_t count, const void **buffers) {
  owner->arrays++;
  return (struct ArrowArray){.length = length, .null_count = nulls, .n_buffers = count, .buffers = buffers,
                             .release = release_array, .private_data = owner};
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  source *rows = stream->private_data;
  memset(out, 0, sizeof *out);
  if (rows->call.fn->stopped(rows->call) > 0) return ECANCELED;
  int64_t length = rows->count - rows->next < rows->batch ? rows->count - rows->next : rows->batch;
  if (length == 0) return 0; // An array without a release is the end.
  const size_t longest = sizeof "number 9223372036854775807";
  size_t bits = ((size_t)length + 63) / 64 * 8, words = (size_t)length * 8, offsets = ((size_t)length + 1) * 4;
  batch *made = calloc(1, sizeof *made + bits + 2 * words + offsets + (size_t)length * longest);
  if (made == NULL) return ENOMEM;
  unsigned char *valid = made->memory;
  int64_t *numbers = (int64_t *)(valid + bits);
  double *squares = (double *)(numbers + length);
  int32_t *ends = (int32_t *)(squares + length);
  char *text = (char *)(ends + length + 1);
  int64_t nulls = 0;
  for (int64_t i = 0; i < length; i++) {
    int64_t number = rows->next + i;
    numbers[i] = number;
    squares[i] = (double)number * (double)number;
    if (number % 10 == 9) {
      nulls++;
    } else {
      valid[i / 8] |= (unsigned char)(1 << (i % 8));
    }
    ends[i + 1] = ends[i] + snprintf(text + ends[i], longest, "number %lld", (long long)number);
  }
  made->number_buffers[1] = numbers;
  made->square_buffers[0] = valid, made->square_buffers[1] = squares;
  made->name_buffers[1] = ends, made->name_buffers[2] = text;
  made->columns[0] = array_of(made, length, 0, 2, made->number_buffers);
  made->columns[1] = array_of(made, length, nulls, 2, made->square_buffers);
  made->columns[2] = array_of(made, length, 0, 3, made->name_buffers);
  for (int i = 0; i < COLUMNS; i++) made->pointers[i] = &made->columns[i];
  *out = array_of(made, length, 0, 1, made->rows_buffers);
  out->n_children = COLUMNS, out->children = made->pointers;
  rows->next += length;
  rows->call.fn->progress(rows->call, (uint64_t)rows->next, (uint64_t)rows->count, dh_text("rows"));
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL; // The number says it all.
}

void abandon_rows(struct ArrowArrayStream *stream) {
  free(stream->private_data);
  stream->release = NULL;
}

/// The host has no more use for the rows: the call ends here.
static void release_stream(struct ArrowArrayStream *stream) {
  source *rows = stream->private_data;
  dh_call_v1 call = rows->call;
  int is_whole = rows->next == rows->count;
  abandon_rows(stream);
  if (is_whole) {
    dh_succeed(call);
  } else {
    end_stopped(call);
  }
}

int make_rows(struct ArrowArrayStream *stream, dh_call_v1 call, int64_t count, int64_t batch) {
  source *rows = malloc(sizeof *rows);
  if (rows == NULL) return -1;
  *rows = (source){call, 0, count, batch};
  *stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, rows};
  return 0;
}
