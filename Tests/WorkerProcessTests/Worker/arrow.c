/// Schemas and batches out of the driver's memory into a frame, and out of a frame into memory of their own.
#include "arrow.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LEVELS = 64 };

/// A buffer that is not there: its address is NULL.
static const uint64_t no_buffer = UINT64_MAX;

/// What a type's buffers are: the second one after the validity, and a third one whose length the second one says.
typedef struct layout {
  int64_t buffers, children; /* -1: any number */
  size_t bits;               /* of an element in the second buffer */
  int has_ends;              /* the second buffer has one element more, and says where each value ends */
} layout;

/// 1, or 0: no type that rows may have.
static int find_layout(const char *format, layout *found) {
  static const struct {
    const char *letters;
    layout layout;
  } plain[] = {{"n", {0, 0, 0, 0}},    {"b", {2, 0, 1, 0}},    {"cC", {2, 0, 8, 0}},  {"sSe", {2, 0, 16, 0}},
               {"iIf", {2, 0, 32, 0}}, {"lLg", {2, 0, 64, 0}}, {"uz", {3, 0, 32, 1}}, {"UZ", {3, 0, 64, 1}}};
  static const struct {
    const char *start;
    layout layout;
  } named[] = {{"tdD", {2, 0, 32, 0}}, {"tdm", {2, 0, 64, 0}}, {"tts", {2, 0, 32, 0}}, {"ttm", {2, 0, 32, 0}},
               {"ttu", {2, 0, 64, 0}}, {"ttn", {2, 0, 64, 0}}, {"ts", {2, 0, 64, 0}},  {"+l", {2, 1, 32, 1}},
               {"+L", {2, 1, 64, 1}},  {"+s", {1, -1, 0, 0}}};
  if (format == NULL || *format == '\0') return 0;
  for (size_t i = 0; format[1] == '\0' && i < sizeof plain / sizeof *plain; i++) {
    if (strchr(plain[i].letters, *format) != NULL) return *found = plain[i].layout, 1;
  }
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
    if (strncmp(format, named[i].start, strlen(named[i].start)) == 0) return *found = named[i].layout, 1;
  }
  if (strncmp(format, "d:", 2) != 0) return 0;
  const char *width = strchr(format, ',');
  width = width == NULL ? NULL : strchr(width + 1, ',');
  *found = (layout){2, 0, width != NULL && strcmp(width, ",256") == 0 ? 256 : 128, 0};
  return 1;
}

// MARK: - Out

/// The bytes of a schema's metadata, which tell their own length: a number of pairs, and each text after its length.
static size_t metadata_size(const char *metadata) {
  size_t size = sizeof(int32_t);
  int32_t pairs = 0, count = 0;
  if (metadata == NULL) return 0;
  memcpy(&pairs, metadata, sizeof pairs);
  for (int64_t i = 0; i < 2 * (int64_t)pairs; i++) {
    memcpy(&count, metadata + size, sizeof count);
    size += sizeof count + (size_t)count;
  }
  return size;
}

static const char *put_field(buffer *out, const struct ArrowSchema *schema, int level) {
  layout layout;
  if (schema->release == NULL) return "a part of the schema was released already";
  if (level > MOST_LEVELS || schema->dictionary != NULL || !find_layout(schema->format, &layout) ||
      (layout.children >= 0 && schema->n_children != layout.children) || schema->n_children < 0 ||
      (schema->n_children > 0 && schema->children == NULL)) {
    return "the schema has a type that rows may not have";
  }
  put_text(out, dh_text(schema->format));
  put_u32(out, schema->name != NULL);
  put_text(out, dh_text(schema->name));
  put_u32(out, schema->metadata != NULL);
  put_text(out, (dh_text_v1){schema->metadata, metadata_size(schema->metadata)});
  put_u64(out, (uint64_t)schema->flags);
  put_u64(out, (uint64_t)schema->n_children);
  const char *fault = NULL;
  for (int64_t i = 0; i < schema->n_children && fault == NULL; i++) {
    fault = put_field(out, schema->children[i], level + 1);
  }
  return fault;
}

const char *put_schema(buffer *out, const struct ArrowSchema *schema) { return put_field(out, schema, 1); }

static void put_buffer(buffer *out, const void *bytes, size_t size) {
  put_u64(out, bytes == NULL ? no_buffer : size);
  put_padding(out);
  if (bytes != NULL) put(out, bytes, size);
}

/// Where the last of `count` values ends.
static int64_t last_end(const void *ends, int64_t count, size_t bits) {
  if (ends == NULL || count == 0) return 0; // An array without elements may be without its one offset.
  int32_t small;
  int64_t large;
  if (bits == 64) return memcpy(&large, (const int64_t *)ends + count, sizeof large), large;
  return memcpy(&small, (const int32_t *)ends + count, sizeof small), small;
}

/// All elements from the array's beginning to its end go, those before its offset too: so the offset stays what it is.
const char *put_array(buffer *out, const struct ArrowArray *array, const struct ArrowSchema *schema) {
  layout layout;
  if (array->release == NULL) return "a part of the batch was released already";
  if (!find_layout(schema->format, &layout) || array->n_buffers != layout.buffers || array->dictionary != NULL ||
      array->n_children != schema->n_children || (array->n_buffers > 0 && array->buffers == NULL)) {
    return "the batch has not the shape of its schema";
  }
  if (array->length < 0 || array->offset < 0 || array->length > FRAME_LIMIT * 8L || array->offset > FRAME_LIMIT * 8L) {
    return "the batch is too large for a frame, or has a length below 0";
  }
  int64_t count = array->offset + array->length;
  int64_t end = layout.has_ends ? last_end(array->buffers[1], count, layout.bits) : 0;
  if (end < 0) return "the batch has offsets that run backwards";
  put_u64(out, (uint64_t)array->length);
  put_u64(out, (uint64_t)array->null_count);
  put_u64(out, (uint64_t)array->offset);
  put_u64(out, (uint64_t)array->n_buffers);
  if (layout.buffers > 0) put_buffer(out, array->null_count == 0 ? NULL : array->buffers[0], ((size_t)count + 7) / 8);
  if (layout.buffers > 1) {
    size_t elements = layout.has_ends && count > 0 ? (size_t)count + 1 : (size_t)count;
    put_buffer(out, array->buffers[1], (elements * layout.bits + 7) / 8);
  }
  if (layout.buffers > 2) put_buffer(out, array->buffers[2], (size_t)end);
  put_u64(out, (uint64_t)array->n_children);
  const char *fault = NULL;
  for (int64_t i = 0; i < array->n_children && fault == NULL && !out->is_large; i++) {
    int64_t wanted = layout.has_ends ? end : count;
    if (array->children == NULL || array->children[i]->length < wanted)
      return "the batch has a child that is too short";
    fault = put_array(out, array->children[i], schema->children[i]);
  }
  return fault;
}

// MARK: - In

/// What a schema or an array keeps. A consumer may take a child out, so each node has its own.
typedef struct node {
  char *texts[3];
  const void *buffers[3];
  struct storage *storage;
  struct ArrowSchema *fields;
  struct ArrowArray *arrays;
  void **pointers;
} node;

/// A frame's bytes, which all arrays of a batch share.
typedef struct storage {
  atomic_long owners;
  unsigned char *bytes;
} storage;

static void free_node(node *node) {
  for (int i = 0; i < 3; i++) free(node->texts[i]);
  if (node->storage != NULL && atomic_fetch_sub(&node->storage->owners, 1) == 1) {
    free(node->storage->bytes);
    free(node->storage);
  }
  free(node->fields);
  free(node->arrays);
  free(node->pointers);
  free(node);
}

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
  }
  free_node(schema->private_data);
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
  }
  free_node(array->private_data);
  array->release = NULL;
}

static char *copy_of(dh_text_v1 text) { return memcpy(make(text.len + 1, 1), text.ptr, text.len); }

static void take_field(cursor *in, struct ArrowSchema *schema, int level) {
  node *node = make(1, sizeof *node);
  *schema = (struct ArrowSchema){.release = release_schema, .private_data = node};
  schema->format = node->texts[0] = copy_of(take_text(in));
  int has_name = take_u32(in) != 0;
  node->texts[1] = copy_of(take_text(in));
  int has_metadata = take_u32(in) != 0;
  node->texts[2] = copy_of(take_text(in));
  schema->name = has_name ? node->texts[1] : NULL;
  schema->metadata = has_metadata ? node->texts[2] : NULL;
  schema->flags = (int64_t)take_u64(in);
  uint64_t count = take_u64(in);
  if (level > MOST_LEVELS || count > (size_t)(in->end - in->next)) in->is_bad = 1;
  if (in->is_bad) return;
  node->fields = make(count, sizeof *node->fields);
  node->pointers = make(count, sizeof *node->pointers);
  schema->children = (struct ArrowSchema **)node->pointers;
  for (uint64_t i = 0; i < count; i++) node->pointers[i] = &node->fields[i];
  schema->n_children = (int64_t)count;
  for (uint64_t i = 0; i < count && !in->is_bad; i++) take_field(in, &node->fields[i], level + 1);
}

int take_schema(cursor *in, struct ArrowSchema *schema) {
  take_field(in, schema, 1);
  if (in->is_bad) release_schema(schema);
  return !in->is_bad;
}

/// The host checks an array against its schema; what is checked here is that its buffers lie in the frame.
static void take_part(cursor *in, storage *storage, struct ArrowArray *array, int level) {
  node *node = make(1, sizeof *node);
  *array = (struct ArrowArray){.buffers = node->buffers, .release = release_array, .private_data = node};
  node->storage = storage;
  atomic_fetch_add(&storage->owners, 1);
  array->length = (int64_t)take_u64(in);
  array->null_count = (int64_t)take_u64(in);
  array->offset = (int64_t)take_u64(in);
  uint64_t buffers = take_u64(in);
  if (level > MOST_LEVELS || buffers > 3) in->is_bad = 1;
  if (in->is_bad) return;
  array->n_buffers = (int64_t)buffers;
  for (uint64_t i = 0; i < buffers; i++) {
    uint64_t size = take_u64(in);
    take_padding(in);
    node->buffers[i] = size == no_buffer ? NULL : take(in, (size_t)size);
  }
  uint64_t count = take_u64(in);
  if (count > (size_t)(in->end - in->next)) in->is_bad = 1;
  if (in->is_bad) return;
  node->arrays = make(count, sizeof *node->arrays);
  node->pointers = make(count, sizeof *node->pointers);
  array->children = (struct ArrowArray **)node->pointers;
  for (uint64_t i = 0; i < count; i++) node->pointers[i] = &node->arrays[i];
  array->n_children = (int64_t)count;
  for (uint64_t i = 0; i < count && !in->is_bad; i++) take_part(in, storage, &node->arrays[i], level + 1);
}

int take_array(cursor *in, frame *frame, struct ArrowArray *array) {
  storage *storage = make(1, sizeof *storage);
  storage->bytes = frame->bytes;
  take_part(in, storage, array, 1);
  if (in->is_bad) {
    storage->bytes = NULL; // Still the frame's.
    release_array(array);
    return 0;
  }
  frame->bytes = NULL;
  return 1;
}
