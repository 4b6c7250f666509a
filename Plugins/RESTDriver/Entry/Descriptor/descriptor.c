// Embeds descriptor.json as the ELF note that a host reads. The array makes the compiler list the file as a dependency,
// which the assembler's .incbin alone does not.
#include "driver_abi.h"

DH_EMBED_DESCRIPTOR("descriptor.json")

#if defined(__clang__) && __has_embed("../../descriptor.json")
#pragma clang diagnostic ignored "-Wc23-extensions"
__attribute__((unused)) static const unsigned char descriptor_dependency[] = {
#embed "../../descriptor.json"
};
#endif
