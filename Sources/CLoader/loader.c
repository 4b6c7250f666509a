#define _GNU_SOURCE
#include "loader.h"

#include <dlfcn.h>
#include <link.h>

struct search {
  const struct link_map *map;
  struct cloader_image *image;
};

/// Two libraries may have the same base address 0, but not the same dynamic section.
static int visit(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  const struct search *search = context;
  if (info->dlpi_addr != search->map->l_addr) return 0;
  for (size_t i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *header = &info->dlpi_phdr[i];
    if (header->p_type == PT_DYNAMIC && info->dlpi_addr + header->p_vaddr == (uintptr_t)search->map->l_ld) {
      *search->image = (struct cloader_image){info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum};
      return 1;
    }
  }
  return 0;
}

int cloader_find(void *handle, struct cloader_image *image) {
  struct link_map *map = NULL;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == NULL) return 0;
  struct search search = {map, image};
  return dl_iterate_phdr(visit, &search);
}

const char *cloader_file_of(const void *address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fname : NULL;
}

void cloader_keep(const void *address) {
  const char *file = cloader_file_of(address);
  // Never closed. A program, which is not unloaded anyway, may not be found by its name.
  if (file != NULL) dlopen(file, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}
