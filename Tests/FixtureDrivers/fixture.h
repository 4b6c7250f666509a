/// What the fixture drivers share: an instance without state, an instance on a loop, waits, and a stopped call's end.
#ifndef FIXTURE_H
#define FIXTURE_H

#define _POSIX_C_SOURCE 200809L

#include "driver_abi.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

/// A create for drivers that need only the host: the instance is the host itself.
static inline dh_status fixture_create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                                       dh_report_v1 report) {
  (void)loop, (void)report;
  *instance = (void *)host;
  return DH_OK;
}

static inline void fixture_destroy(void *instance) { (void)instance; }

/// A blocking driver whose only code of its own is `start`.
#define FIXTURE_DRIVER(start)                                                                                          \
  static const dh_driver_v1 driver = {fixture_create, fixture_destroy, start};                                         \
  DH_DRIVER_ENTRY(driver)

/// The instance of a non-blocking driver.
typedef struct fixture_loop {
  const dh_host_v1 *host;
  dh_loop_v1 *loop;
  const dh_reactor_v1 *reactor;
} fixture_loop;

static inline dh_status fixture_loop_create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                                            dh_report_v1 report) {
  fixture_loop *made = (fixture_loop *)malloc(sizeof *made);
  const dh_reactor_v1 *reactor = (const dh_reactor_v1 *)host->interface(host, DH_REACTOR_V1);
  if (made == NULL || reactor == NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_UNSUPPORTED, "this fixture needs memory and " DH_REACTOR_V1);
    free(made);
    report.fn(report.context, &error);
    return DH_FAILED;
  }
  made->host = host;
  made->loop = loop;
  made->reactor = reactor;
  *instance = made;
  return DH_OK;
}

static inline void fixture_loop_destroy(void *instance) { free(instance); }

/// A non-blocking driver on a `fixture_loop`.
#define FIXTURE_LOOP_DRIVER(start)                                                                                     \
  static const dh_driver_v1 driver = {fixture_loop_create, fixture_loop_destroy, start};                               \
  DH_DRIVER_ENTRY(driver)

static inline int64_t fixture_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Sleeps for the whole time, whatever signals come.
static inline void fixture_sleep_ms(int64_t milliseconds) {
  struct timespec left = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
}

/// Waits until the call is stopped or the time is over. 1: stopped.
static inline int fixture_wait_ms(dh_call_v1 call, int64_t milliseconds) {
  struct pollfd stop = {call.fn->stop_fd(call), POLLIN, 0};
  int64_t end = fixture_now_ns() + milliseconds * 1000000;
  for (;;) {
    int64_t left = (end - fixture_now_ns() + 999999) / 1000000;
    if (left <= 0) return 0;
    if (poll(&stop, 1, left > 1000000 ? 1000000 : (int)left) > 0) return 1;
  }
}

/// Ends a call that was asked to stop, with the error that says why.
static inline dh_status fixture_end_stopped(dh_call_v1 call) {
  if (call.fn->stopped(call) == DH_STOP_DEADLINE) {
    return dh_fail(call, DH_ERROR_TIMED_OUT, "the deadline passed; give it more time");
  }
  return dh_fail(call, DH_ERROR_CANCELLED, "stopped as asked");
}

/// Sets one output from a C string's name.
static inline dh_status fixture_output(dh_call_v1 call, const char *name, dh_value_v1 value) {
  return call.fn->output(call, dh_text(name), &value);
}

/// Ends a call whose action the driver does not know: the host should never have let it through.
static inline dh_status fixture_unknown(dh_call_v1 call) {
  return dh_fail(call, DH_ERROR_UNSUPPORTED, "this fixture has no such action");
}

#endif /* FIXTURE_H */
