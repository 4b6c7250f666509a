/// A host that knows the interface of cost.h: says what a call of a driver would cost, and calls nothing else of it.
/// Valid C11 and C++17.
#include "cost.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef const void *(*entry_function)(const dh_host_v1 *host, const char *id);

int main(int count, char **arguments) {
  void *library = count == 3 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  entry_function entry = NULL;
  if (library != NULL) {
    void *symbol = dlsym(library, DH_ENTRY_SYMBOL);
    memcpy(&entry, &symbol, sizeof entry);
  }
  if (entry == NULL) {
    fprintf(stderr, "usage: %s DRIVER TEXT\n", arguments[0]);
    return 2;
  }
  // The entry does nothing but answer: what stands in the host's table is not looked at.
  dh_host_v1 host;
  memset(&host, 0, sizeof host);
  if (entry(&host, DH_DRIVER_V1) == NULL) return 1;
  const example_cost_v1 *cost = (const example_cost_v1 *)entry(&host, EXAMPLE_COST_V1);
  if (cost == NULL) {
    puts("it does not say");
    return 0;
  }
  dh_member_v1 members[] = {dh_member("text", dh_cstring(arguments[2]))};
  dh_value_v1 inputs = dh_map(members, 1);
  printf("%lld\n", (long long)cost->cost(NULL, dh_text("send"), &inputs));
  return 0;
}
