/// Aborts in its entry: nobody may run it outside a process of its own.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("crash-entry.json")

DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
  (void)host, (void)id;
  abort();
}
