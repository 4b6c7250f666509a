// What the Glibc module of Swift leaves out of the system's headers, and what Swift cannot call: variadic functions.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <fcntl.h>
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

/// Locks one byte of a file for this open file description: fcntl(2), F_OFD_SETLK; -1 with errno where another has it.
static inline int clinux_lock_byte(int descriptor, long long byte) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  return fcntl(descriptor, 37 /* F_OFD_SETLK, which <fcntl.h> has for _GNU_SOURCE only */, &lock);
}

/// Lets go of a byte that `clinux_lock_byte` locked.
static inline int clinux_unlock_byte(int descriptor, long long byte) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  return fcntl(descriptor, 37 /* F_OFD_SETLK */, &lock);
}

/// Whether another open file description has locked a byte, 1 or 0: fcntl(2), F_OFD_GETLK; -1 with errno.
static inline int clinux_byte_is_locked(int descriptor, long long byte) {
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  if (fcntl(descriptor, 36 /* F_OFD_GETLK */, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

#endif
