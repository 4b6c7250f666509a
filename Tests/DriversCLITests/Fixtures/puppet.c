// What follows the embedded descriptor: a driver that does what its inputs say, in this order.
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL;
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

static void put_all(dh_call_v1 call, const dh_value_v1 *map, uint32_t flags) {
  for (size_t i = 0; map != NULL && i < map->count; i++) {
    dh_value_v1 value = map->as.members[i].value;
    value.flags |= flags;
    call.fn->output(call, map->as.members[i].name, &value);
  }
}

/// The steps with their messages flagged as secret.
static void put_hidden(dh_call_v1 call, const dh_value_v1 *steps) {
  dh_value_v1 items[4];
  dh_member_v1 members[4][8];
  size_t count = steps->count < 4 ? steps->count : 4;
  for (size_t i = 0; i < count; i++) {
    const dh_value_v1 *step = &steps->as.items[i];
    size_t width = step->count < 8 ? step->count : 8;
    for (size_t k = 0; k < width; k++) {
      members[i][k] = step->as.members[k];
      if (dh_text_is(members[i][k].name, "message")) members[i][k].value.flags |= DH_SECRET;
    }
    items[i] = dh_map(members[i], width);
  }
  dh_value_v1 list = dh_list(items, count);
  call.fn->output(call, dh_text("steps"), &list);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  const dh_value_v1 *inputs = request->inputs;
  const char *text;
  put_all(call, dh_member_of(inputs, "outputs"), 0);
  put_all(call, dh_member_of(inputs, "secrets"), DH_SECRET);
  if (dh_member_of(inputs, "hidden_steps") != NULL) put_hidden(call, dh_member_of(inputs, "hidden_steps"));
  if ((text = dh_string_of(inputs, "json", NULL)) != NULL) {
    dh_value_v1 document = dh_textual(DH_JSON, text, strlen(text));
    call.fn->output(call, dh_text("steps"), &document);
  }
  if ((text = dh_string_of(inputs, "progress", NULL)) != NULL) {
    call.fn->progress(call, UINT64_MAX, 3, dh_text(text));
    // Nothing comes from there: a way to sleep that plain C11 has no function for.
    poll(NULL, 0, (int)dh_int_of(inputs, "pause", 0));
  }
  if ((text = dh_string_of(inputs, "log", NULL)) != NULL) call.fn->log(call, DH_LOG_WARNING, dh_text(text));
  if (dh_bool_of(inputs, "wait", 0)) {
    struct pollfd stop = {call.fn->stop_fd(call), POLLIN, 0};
    while (poll(&stop, 1, -1) < 0) {
    }
  }
  const dh_value_v1 *items = dh_member_of(inputs, "items");
  int is_taken = 1;
  for (size_t i = 0; items != NULL && i < items->count; i++) {
    dh_value_v1 item = items->as.items[i];
    // Secret are a text that is an item, and the first member of a map that is one.
    dh_member_v1 members[8];
    if (item.kind == DH_STRING) item.flags |= DH_SECRET;
    if (item.kind == DH_MAP && item.count > 1 && item.count <= 8) {
      memcpy(members, item.as.members, item.count * sizeof *members);
      members[0].value.flags |= DH_SECRET;
      item.as.members = members;
    }
    if (call.fn->send(call, 0, &item) != DH_OK) is_taken = 0;
  }
  if (items != NULL && !is_taken) call.fn->output(call, dh_text("items"), items);
  static const char block[4096] = {'x'};
  for (int64_t left = dh_int_of(inputs, "bytes", 0); left > 0; left -= (int64_t)sizeof block) {
    if (call.fn->write(call, 0, block, left < (int64_t)sizeof block ? (size_t)left : sizeof block) != DH_OK) break;
  }
  if ((text = dh_string_of(inputs, "fail", NULL)) != NULL) {
    dh_fail(call, DH_ERROR_REMOTE_FAILURE, text);
  } else {
    dh_succeed(call);
  }
}

/// What a driver's library does at the end of the process, while its threads may still run.
__attribute__((destructor)) static void end(void) { abort(); }

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
