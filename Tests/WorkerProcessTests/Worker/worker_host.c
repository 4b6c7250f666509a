/// The host, as the driver sees it from its own process.
#include "worker.h"

#include <stdlib.h>
#include <string.h>

static void log_line(const dh_host_v1 *host, uint32_t level, dh_text_v1 text) {
  (void)host;
  buffer out = {0};
  put_u32(&out, level);
  put_text(&out, text);
  if (!out.is_bad && !out.is_large) tell(&worker.wire, HOST_LOG, NO_CALL, &out);
  free_buffer(&out);
}

/// What a library must do once in a process is done once in this one, whatever the host's process has done.
static dh_status once(const dh_host_v1 *host, const char *key, dh_status (*init)(void *), void *context) {
  static struct done {
    struct done *next;
    char key[];
  } * all;
  static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
  static _Thread_local int is_inside;
  (void)host;
  if (key == NULL || init == NULL) return DH_INVALID;
  if (is_inside) return DH_REFUSED;
  pthread_mutex_lock(&turn);
  struct done *known = all;
  while (known != NULL && strcmp(known->key, key) != 0) known = known->next;
  dh_status status = DH_OK;
  if (known == NULL) {
    is_inside = 1;
    status = init(context);
    is_inside = 0;
    if (status == DH_OK) {
      known = make(1, sizeof *known + strlen(key) + 1);
      memcpy(known->key, key, strlen(key));
      known->next = all;
      all = known;
    }
  }
  pthread_mutex_unlock(&turn);
  return status > 0 ? DH_FAILED : status;
}

static const void *interface(const dh_host_v1 *host, const char *id) {
  (void)host;
  return loop_interface(id);
}

/// The frame stays for ever, since the host's texts lie in it.
const dh_host_v1 *make_host(const frame *frame) {
  worker.host = frame;
  static dh_host_v1 host = {.log = log_line, .once = once, .interface = interface};
  cursor in = cursor_of(frame);
  host.name = take_text(&in);
  host.version = take_text(&in);
  return &host;
}
