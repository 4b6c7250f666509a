// Embeds descriptor.json as the ELF note that a host reads. Package.swift says where it is.
#include "driver_abi.h"

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

// Makes the compiler list the file as a dependency, which the assembler's .incbin alone does not.
#if defined(__clang__) && __has_embed(DH_DESCRIPTOR)
#pragma clang diagnostic ignored "-Wc23-extensions"
__attribute__((unused)) static const unsigned char descriptor_dependency[] = {
#embed DH_DESCRIPTOR
};
#endif
