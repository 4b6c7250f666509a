/// Texts, trees and errors in a frame.
#include "wire.h"

#include <stdlib.h>
#include <string.h>

/// The header allows 256 levels, and the host counts them. This is for the stack of whoever reads a frame.
enum { MOST_LEVELS = 300 };

/// Memory that goes with a cursor.
typedef struct block {
  struct block *next;
  dh_member_v1 memory[]; /* as aligned as a value */
} block;

// MARK: - Out

void put(buffer *out, const void *bytes, size_t count) {
  if (count > FRAME_LIMIT - out->size) out->is_large = 1;
  if (out->is_large || count == 0) return;
  if (out->room - out->size < count) {
    out->room = (out->size + count) * 2;
    out->bytes = realloc(out->bytes, out->room);
    if (out->bytes == NULL) abort();
  }
  memcpy(out->bytes + out->size, bytes, count);
  out->size += count;
}

void put_padding(buffer *out) {
  static const unsigned char zeros[ALIGNMENT];
  put(out, zeros, (ALIGNMENT - out->size % ALIGNMENT) % ALIGNMENT);
}

void put_u32(buffer *out, uint32_t number) { put(out, &number, sizeof number); }

void put_u64(buffer *out, uint64_t number) { put(out, &number, sizeof number); }

void put_text(buffer *out, dh_text_v1 text) {
  if (text.ptr == NULL && text.len > 0) {
    out->is_bad = 1;
    return;
  }
  put_u64(out, text.len);
  put(out, text.ptr, text.len);
  put(out, "", 1);
}

static void put_tree(buffer *out, const dh_value_v1 *value, int level) {
  // A kind that is not known is null to every reader.
  uint32_t kind = value->kind > DH_JSON ? DH_NULL : value->kind;
  if (level > MOST_LEVELS || (kind >= DH_DECIMAL && value->count > 0 && value->as.text == NULL)) out->is_bad = 1;
  if (value->count > INT64_MAX) out->is_bad = 1;
  if (out->is_bad || out->is_large) return;
  put_u32(out, kind);
  put_u32(out, value->flags);
  switch (kind) {
  case DH_NULL: break;
  case DH_BOOL:
  case DH_INT:
  case DH_DOUBLE: put(out, &value->as, sizeof value->as); break;
  case DH_LIST:
    put_u64(out, value->count);
    for (size_t i = 0; i < value->count && !out->is_large; i++) put_tree(out, &value->as.items[i], level + 1);
    break;
  case DH_MAP:
    put_u64(out, value->count);
    for (size_t i = 0; i < value->count && !out->is_large; i++) {
      put_text(out, value->as.members[i].name);
      put_tree(out, &value->as.members[i].value, level + 1);
    }
    break;
  default: put_text(out, (dh_text_v1){value->as.text, value->count});
  }
}

void put_value(buffer *out, const dh_value_v1 *value) {
  if (value == NULL) {
    out->is_bad = 1;
  } else {
    put_tree(out, value, 1);
  }
}

void put_error(buffer *out, const dh_error_v1 *error) {
  put_u32(out, error != NULL);
  if (error == NULL) return;
  put_u32(out, error->code);
  put_u32(out, error->flags);
  put_u32(out, (uint32_t)error->status);
  put_u32(out, error->retry_after_ms);
  put_u64(out, (uint64_t)error->vendor_code);
  put_text(out, error->vendor_state);
  put_text(out, error->pointer);
  put_text(out, error->message);
  put_text(out, error->detail);
  put_u32(out, error->details != NULL);
  if (error->details != NULL) put_value(out, error->details);
}

void free_buffer(buffer *out) {
  free(out->bytes);
  memset(out, 0, sizeof *out);
}

// MARK: - In

cursor cursor_of(const frame *frame) {
  return (cursor){frame->bytes, frame->bytes, frame->bytes + frame->head.size, NULL, 0};
}

/// NULL where so many are not there.
const void *take(cursor *in, size_t count) {
  if (in->is_bad || (size_t)(in->end - in->next) < count) {
    in->is_bad = 1;
    return NULL;
  }
  const void *bytes = in->next;
  in->next += count;
  return bytes;
}

void take_padding(cursor *in) { take(in, (ALIGNMENT - (size_t)(in->next - in->begin) % ALIGNMENT) % ALIGNMENT); }

uint32_t take_u32(cursor *in) {
  uint32_t number = 0;
  const void *bytes = take(in, sizeof number);
  if (bytes != NULL) memcpy(&number, bytes, sizeof number);
  return number;
}

uint64_t take_u64(cursor *in) {
  uint64_t number = 0;
  const void *bytes = take(in, sizeof number);
  if (bytes != NULL) memcpy(&number, bytes, sizeof number);
  return number;
}

dh_text_v1 take_text(cursor *in) {
  uint64_t count = take_u64(in);
  const char *bytes = count < FRAME_LIMIT ? take(in, (size_t)count + 1) : NULL;
  if (bytes == NULL || bytes[count] != '\0') {
    in->is_bad = 1;
    return (dh_text_v1){"", 0};
  }
  return (dh_text_v1){bytes, (size_t)count};
}

/// Room for `count` of `size` bytes each, of which a frame has at least `least` bytes.
static void *room(cursor *in, uint64_t count, size_t size, size_t least) {
  if (in->is_bad || count > (size_t)(in->end - in->next) / least) {
    in->is_bad = 1;
    return NULL;
  }
  block *made = make(1, sizeof *made + (size_t)count * size);
  made->next = in->blocks;
  in->blocks = made;
  return made->memory;
}

static void take_tree(cursor *in, dh_value_v1 *value, int level) {
  *value = dh_null();
  if (level > MOST_LEVELS) in->is_bad = 1;
  uint32_t kind = take_u32(in);
  value->flags = take_u32(in);
  if (in->is_bad || kind == DH_NULL) return;
  if (kind == DH_BOOL || kind == DH_INT || kind == DH_DOUBLE) {
    const void *number = take(in, sizeof value->as);
    if (number != NULL) memcpy(&value->as, number, sizeof value->as), value->kind = kind;
  } else if (kind == DH_LIST) {
    uint64_t count = take_u64(in);
    dh_value_v1 *items = room(in, count, sizeof *items, 8);
    for (uint64_t i = 0; i < count && !in->is_bad; i++) take_tree(in, &items[i], level + 1);
    if (!in->is_bad) value->kind = kind, value->count = (size_t)count, value->as.items = items;
  } else if (kind == DH_MAP) {
    uint64_t count = take_u64(in);
    dh_member_v1 *members = room(in, count, sizeof *members, 17);
    for (uint64_t i = 0; i < count && !in->is_bad; i++) {
      members[i].name = take_text(in);
      take_tree(in, &members[i].value, level + 1);
    }
    if (!in->is_bad) value->kind = kind, value->count = (size_t)count, value->as.members = members;
  } else {
    dh_text_v1 text = take_text(in);
    value->kind = kind, value->count = text.len, value->as.text = text.ptr;
  }
}

void take_value(cursor *in, dh_value_v1 *value) { take_tree(in, value, 1); }

int take_error(cursor *in, dh_error_v1 *error) {
  if (take_u32(in) == 0) return 0;
  error->code = take_u32(in);
  error->flags = take_u32(in);
  error->status = (int32_t)take_u32(in);
  error->retry_after_ms = take_u32(in);
  error->vendor_code = (int64_t)take_u64(in);
  error->vendor_state = take_text(in);
  error->pointer = take_text(in);
  error->message = take_text(in);
  error->detail = take_text(in);
  error->details = NULL;
  if (take_u32(in) != 0) {
    dh_value_v1 *details = room(in, 1, sizeof *details, 8);
    if (details != NULL) take_value(in, details), error->details = details;
  }
  return 1;
}

void free_cursor(cursor *in) {
  while (in->blocks != NULL) {
    block *next = in->blocks->next;
    free(in->blocks);
    in->blocks = next;
  }
}
