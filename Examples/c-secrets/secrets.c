/// A secret store in C: each file of a folder is a secret, a JSON document of keys and values. Build it with ./build
#include "driver_abi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL; // It keeps nothing between calls: the host keeps a secret for as long as the lease says.
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

/// Ends the call with what the host makes one of its five errors of a secret of.
static void fail(dh_call_v1 call, uint32_t code, const char *state, const char *message) {
  dh_error_v1 error = dh_error(code, message);
  error.vendor_state = dh_text(state);
  call.fn->done(call, &error);
}

/// The one action: `secret`. The descriptor's schema keeps the path inside of the folder.
static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  char name[4096], content[65536];
  int length = snprintf(name, sizeof name, "%s/%s.json", dh_string_of(request->inputs, "folder", ""),
                        dh_string_of(request->inputs, "path", ""));
  if (length < 0 || (size_t)length >= sizeof name) {
    dh_fail(call, DH_ERROR_TOO_LARGE, "folder and path have more than 4095 bytes together");
    return;
  }
  FILE *file = fopen(name, "re");
  if (file == NULL) {
    if (errno == ENOENT) fail(call, DH_ERROR_NOT_FOUND, "missing_path", "the folder has no such file");
    else if (errno == EACCES) fail(call, DH_ERROR_FORBIDDEN, "", "the file may not be read; look at its mode");
    else fail(call, DH_ERROR_UNAVAILABLE, "", strerror(errno));
    return;
  }
  size_t count = fread(content, 1, sizeof content, file);
  int is_whole = count < sizeof content && !ferror(file);
  fclose(file);
  // JSON as it stands: the host reads it, so that numbers keep their types and digits.
  dh_value_v1 data = dh_textual(DH_JSON, content, count);
  data.flags = DH_SECRET;
  dh_value_v1 lease = dh_int(dh_int_of(request->inputs, "lease_seconds", 60));
  if (is_whole && call.fn->output(call, dh_text("data"), &data) == DH_OK &&
      call.fn->output(call, dh_text("lease_seconds"), &lease) == DH_OK) {
    dh_succeed(call);
  } else {
    dh_fail(call, DH_ERROR_INVALID_INPUT, "the file is no JSON document of less than 64 KiB");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
