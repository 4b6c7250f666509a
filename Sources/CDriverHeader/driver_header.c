// Takes the texts in when this is compiled: there is one of each, and no copy of it can fall behind. The
// compiler lists an embedded file as a dependency.
#include "driver_header.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char text[] = {
#embed "../DriverABI/include/driver_abi.h"
    , 0};

const char *driver_header_text(void) { return text; }

static const char rules[] = {
#embed "../../Docs/ABI.md"
    , 0};

const char *driver_rules_text(void) { return rules; }
