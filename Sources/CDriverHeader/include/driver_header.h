// The texts of driver_abi.h and of its rules, for programs that hand them out.
#ifndef DRIVER_HEADER_H
#define DRIVER_HEADER_H

/// The whole header, as UTF-8 text that ends with a NUL. Valid until the process ends.
const char *_Nonnull driver_header_text(void);

/// Docs/ABI.md, whose tables have the rules. As above.
const char *_Nonnull driver_rules_text(void);

#endif
