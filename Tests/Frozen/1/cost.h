/// An interface that drivers may have, in a header of its own.
#ifndef COST_H
#define COST_H

#include "driver_abi.h"

#define EXAMPLE_COST_V1 "org.example.cost/1"

/// What a call would cost. Functions of an interface that a driver answers take the instance that `create` has made.
typedef struct example_cost_v1 {
  /// Micro-units of money for the inputs of an action, or below 0. Does no I/O. [loop], or [thread-safe] without one.
  int64_t (*cost)(void *instance, dh_text_v1 action, const dh_value_v1 *inputs);
} example_cost_v1;

#endif /* COST_H */
