// Takes the header's text in when this is compiled: there is one header, and no copy of it can fall behind. The
// compiler lists an embedded file as a dependency.
#include "driver_header.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char text[] = {
#embed "../DriverABI/include/driver_abi.h"
    , 0};

const char *driver_header_text(void) { return text; }
