/// The descriptor of frozen.swift: Swift has no way to embed one.
#include "driver_abi.h"

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)
