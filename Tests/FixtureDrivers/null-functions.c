/// Has a table in which two functions are missing.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("null-functions.json")

static const dh_driver_v1 driver = {fixture_create, NULL, NULL};
DH_DRIVER_ENTRY(driver)
