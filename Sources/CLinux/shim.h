// What the Glibc module of Swift leaves out of the system's headers, and what Swift cannot call: variadic functions.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <malloc.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/xattr.h>

/// Names the calling thread for tools such as ps: prctl(2), PR_SET_NAME.
static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Has the calling process killed when the thread that started it ends: prctl(2), PR_SET_PDEATHSIG.
static inline void clinux_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

#endif
