// The text of driver_abi.h, for programs that hand it out.
#ifndef DRIVER_HEADER_H
#define DRIVER_HEADER_H

/// The whole header, as UTF-8 text that ends with a NUL. Valid until the process ends.
const char *_Nonnull driver_header_text(void);

#endif
