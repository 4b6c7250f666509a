// The same as in CLinux: all modules must see one definition of the system types.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <yaml.h>
