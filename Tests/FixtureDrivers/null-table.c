/// Answers NULL to every interface id, also to the one that its descriptor promises.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("null-table.json")

DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
  (void)host, (void)id;
  return NULL;
}
