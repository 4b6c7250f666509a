/// Rows in a frame: schemas and batches of the types that rows may have.
///
/// A buffer of an ArrowArray carries no length, so it must follow from the schema: a worker asks the driver for the
/// schema before the first batch, whether the host has asked or not.
#ifndef ARROW_H
#define ARROW_H

#include "wire.h"

/// NULL, or what is wrong.
const char *put_schema(buffer *out, const struct ArrowSchema *schema);
/// NULL, or what is wrong.
const char *put_array(buffer *out, const struct ArrowArray *array, const struct ArrowSchema *schema);

/// 1, and a schema that owns its memory; 0: it is damaged.
int take_schema(cursor *in, struct ArrowSchema *schema);
/// 1, and an array that owns its memory, which is the frame's: what the frame had is its own then. 0: it is damaged.
int take_array(cursor *in, frame *frame, struct ArrowArray *array);

#endif /* ARROW_H */
