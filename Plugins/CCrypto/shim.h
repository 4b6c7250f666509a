// libcrypto for Swift: the digests that signatures are made of.
#ifndef CCRYPTO_SHIM_H
#define CCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#pragma clang assume_nonnull begin

/// SHA-256 of some bytes into 32 bytes (EVP_Digest(3)); 0: there is no memory.
static inline int ccrypto_sha256(const void *_Nullable bytes, size_t count, unsigned char *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL);
}

/// HMAC with SHA-256 of some bytes into 32 bytes (HMAC(3)); 0: there is no memory.
static inline int ccrypto_hmac_sha256(const void *_Nullable key, int key_count, const unsigned char *_Nullable bytes, size_t count,
                                      unsigned char *digest) {
  return HMAC(EVP_sha256(), key, key_count, bytes, count, digest, NULL) != NULL;
}

#pragma clang assume_nonnull end

#endif
