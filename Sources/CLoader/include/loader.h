// Where the dynamic loader has mapped a library. A C target of its own: <link.h> shows this only with _GNU_SOURCE, which
// would give other types another shape than they have in Swift's Glibc module.
#ifndef CLOADER_H
#define CLOADER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/// A mapped library: valid as long as it is not unloaded.
struct cloader_image {
  /// What is added to each address in the headers.
  uint64_t base;
  const Elf64_Phdr *_Nullable headers;
  size_t count;
};

/// Finds the library behind a handle of dlopen(3): 1, or 0 if the loader does not list it.
int cloader_find(void *_Nonnull handle, struct cloader_image *_Nonnull image);

/// The file of the library or program that an address is in, as the loader opened it; NULL if it is in none.
const char *_Nullable cloader_file_of(const void *_Nonnull address);

/// Has the library that an address is in stay loaded until the process ends, whoever closes it.
void cloader_keep(const void *_Nonnull address);

#endif
