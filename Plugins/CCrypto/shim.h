// libcrypto for Swift: the digests that signatures are made of, and what private keys are read and used with.
#ifndef CCRYPTO_SHIM_H
#define CCRYPTO_SHIM_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#pragma clang assume_nonnull begin

/// SHA-256 of some bytes into 32 bytes (EVP_Digest(3)); 0: there is no memory.
static inline int ccrypto_sha256(const void *_Nullable bytes, size_t count, unsigned char *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL);
}

/// HMAC with SHA-256 of some bytes into 32 bytes (HMAC(3)); 0: there is no memory.
static inline int ccrypto_hmac_sha256(const void *_Nullable key, int key_count, const unsigned char *_Nullable bytes,
                                      size_t count, unsigned char *digest) {
  return HMAC(EVP_sha256(), key, key_count, bytes, count, digest, NULL) != NULL;
}

/// SHA-512 of some bytes into 64 bytes (EVP_Digest(3)); 0: there is no memory.
static inline int ccrypto_sha512(const void *_Nullable bytes, size_t count, unsigned char *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha512(), NULL);
}

/// Overwrites some bytes, in a way that no compiler leaves out (OPENSSL_cleanse(3)).
static inline void ccrypto_wipe(void *_Nullable bytes, size_t count) { OPENSSL_cleanse(bytes, count); }

/// Whether some bytes are the same, in a time that does not depend on them (CRYPTO_memcmp(3)).
static inline int ccrypto_is_same(const void *left, const void *right, size_t count) {
  return CRYPTO_memcmp(left, right, count) == 0;
}

/// Decrypts into as many bytes (EVP_DecryptInit(3)); there is no padding, and a tag of 16 bytes where the cipher has
/// one. 0: the cipher is not there, the bytes are no whole blocks, or the tag is not theirs.
static inline int ccrypto_decrypt(const char *name, const unsigned char *key, const unsigned char *iv,
                                  const unsigned char *_Nullable tag, const unsigned char *_Nullable bytes, int count,
                                  unsigned char *plain) {
  EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int written = 0, rest = 0;
  int ok = cipher != NULL && context != NULL && EVP_DecryptInit_ex2(context, cipher, key, iv, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(context, 0) == 1;
  if (ok && tag != NULL) {
    unsigned char copy[16];
    memcpy(copy, tag, sizeof copy);
    ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)sizeof copy, copy) == 1;
  }
  ok = ok && EVP_DecryptUpdate(context, plain, &written, bytes, count) == 1 &&
       EVP_DecryptFinal_ex(context, plain + written, &rest) == 1 && written + rest == count;
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(cipher);
  if (!ok)
    ERR_clear_error();
  return ok;
}

/// Poly1305 of some bytes with a key of 32 bytes, into 16 bytes (EVP_Q_mac(3)); 0: it is not there.
static inline int ccrypto_poly1305(const unsigned char *key, const unsigned char *_Nullable bytes, size_t count,
                                   unsigned char *tag) {
  size_t length = 0;
  return EVP_Q_mac(NULL, "POLY1305", NULL, NULL, NULL, key, 32, bytes, count, tag, 16, &length) != NULL && length == 16;
}

/// A passphrase, for the function that asks for it.
struct ccrypto_passphrase {
  const unsigned char *_Nullable bytes;
  size_t count;
};

/// Gives the passphrase (pem_password_cb(3)); -1: there is none, where OpenSSL's own function would ask the terminal.
static inline int ccrypto_give_passphrase(char *buffer, int size, int is_writing, void *_Nullable context) {
  const struct ccrypto_passphrase *passphrase = (const struct ccrypto_passphrase *)context;
  (void)is_writing;
  if (passphrase == NULL || passphrase->bytes == NULL || passphrase->count > (size_t)size)
    return -1;
  memcpy(buffer, passphrase->bytes, passphrase->count);
  return (int)passphrase->count;
}

/// Why no key came of a text: it has an algorithm that this library does not have, or anything else.
enum { CCRYPTO_UNREADABLE = 0, CCRYPTO_UNSUPPORTED = 1 };

/// The private key in a PEM text (PEM_read_bio_PrivateKey(3)), for EVP_PKEY_free; NULL: there is none, and why.
static inline EVP_PKEY *_Nullable ccrypto_pem_key(const unsigned char *text, int count,
                                                  const unsigned char *_Nullable passphrase, size_t passphrase_count,
                                                  int *reason) {
  struct ccrypto_passphrase given = {passphrase, passphrase_count};
  EVP_PKEY *key = NULL;
  BIO *bio = BIO_new_mem_buf(text, count);
  *reason = CCRYPTO_UNREADABLE;
  ERR_clear_error();
  if (bio != NULL)
    key = PEM_read_bio_PrivateKey(bio, NULL, ccrypto_give_passphrase, &given);
  for (unsigned long error; (error = ERR_get_error()) != 0;) {
    int library = ERR_GET_LIB(error), code = ERR_GET_REASON(error);
    if ((library == ERR_LIB_EVP &&
         (code == EVP_R_UNKNOWN_PBE_ALGORITHM || code == EVP_R_UNSUPPORTED_ALGORITHM ||
          code == EVP_R_UNSUPPORTED_CIPHER || code == EVP_R_UNKNOWN_CIPHER || code == ERR_R_UNSUPPORTED)) ||
        (library == ERR_LIB_PEM && (code == PEM_R_UNSUPPORTED_CIPHER || code == PEM_R_UNSUPPORTED_ENCRYPTION)))
      *reason = CCRYPTO_UNSUPPORTED;
  }
  BIO_free(bio);
  return key;
}

/// Frees a key (EVP_PKEY_free(3)).
static inline void ccrypto_key_free(EVP_PKEY *_Nullable key) { EVP_PKEY_free(key); }

/// What a key is: one of EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519, EVP_PKEY_DSA, or another number.
static inline int ccrypto_key_type(const EVP_PKEY *key) { return EVP_PKEY_get_base_id(key); }

/// A number of a key by its name in EVP_PKEY-RSA(7) or EVP_PKEY-EC(7), big-endian, and how many bytes it has; 0: none,
/// or no room.
static inline size_t ccrypto_key_number(const EVP_PKEY *key, const char *name, unsigned char *bytes, size_t capacity) {
  BIGNUM *number = BN_secure_new();
  size_t count = 0;
  if (number != NULL && EVP_PKEY_get_bn_param(key, name, &number) == 1 && (size_t)BN_num_bytes(number) <= capacity)
    count = (size_t)BN_bn2bin(number, bytes);
  BN_clear_free(number);
  return count;
}

/// The point of an elliptic curve's key, uncompressed, and how many bytes it has; 0: none, or no room.
static inline size_t ccrypto_key_point(EVP_PKEY *key, unsigned char *bytes, size_t capacity) {
  size_t count = 0;
  if (EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                     OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1 ||
      EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes, capacity, &count) != 1) {
    ERR_clear_error();
    return 0;
  }
  return count;
}

/// The name of an elliptic curve's key's curve, such as prime256v1; 0: it has none, or no room.
static inline int ccrypto_key_curve(const EVP_PKEY *key, char *name, size_t capacity) {
  size_t count = 0;
  return EVP_PKEY_get_group_name(key, name, capacity, &count) == 1;
}

/// The 32 bytes that an Ed25519 key is made from, and the 32 of its public part; 0: it has none.
static inline int ccrypto_key_ed25519(const EVP_PKEY *key, unsigned char *seed, unsigned char *point) {
  size_t seed_count = 32, point_count = 32;
  return EVP_PKEY_get_raw_private_key(key, seed, &seed_count) == 1 && seed_count == 32 &&
         EVP_PKEY_get_raw_public_key(key, point, &point_count) == 1 && point_count == 32;
}

/// The public part of an Ed25519 key, from the 32 bytes that it is made from; 0: there is no memory.
static inline int ccrypto_ed25519_point(const unsigned char *seed, unsigned char *point) {
  size_t count = 32;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
  int ok = key != NULL && EVP_PKEY_get_raw_public_key(key, point, &count) == 1 && count == 32;
  EVP_PKEY_free(key);
  return ok;
}

/// Whether a point, uncompressed, and a big-endian number are a key on the elliptic curve with a name
/// (EVP_PKEY_pairwise_check(3)).
static inline int ccrypto_is_ec_key(const char *curve, const unsigned char *point, size_t point_count,
                                    const unsigned char *scalar, int scalar_count) {
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM *parameters = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL), *check = NULL;
  BIGNUM *number = BN_secure_new();
  EVP_PKEY *key = NULL;
  int ok = builder != NULL && context != NULL && number != NULL && BN_bin2bn(scalar, scalar_count, number) != NULL &&
           OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, point_count) == 1 &&
           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1 &&
           (parameters = OSSL_PARAM_BLD_to_param(builder)) != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
           EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) == 1 &&
           (check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) != NULL && EVP_PKEY_pairwise_check(check) == 1;
  EVP_PKEY_CTX_free(check);
  EVP_PKEY_free(key);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_clear_free(number);
  EVP_PKEY_CTX_free(context);
  if (!ok)
    ERR_clear_error();
  return ok;
}

/// The RSA key of six big-endian numbers, which stand behind each other: n, e, d, q⁻¹ mod p, p and q
/// (EVP_PKEY_fromdata(3)), for EVP_PKEY_free; NULL: they are none, or there is no memory.
static inline EVP_PKEY *_Nullable ccrypto_rsa_key(const unsigned char *bytes, const int *counts) {
  static const char *const names[8] = {OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                       OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
                                       OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,
                                       OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2};
  BIGNUM *numbers[8];
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM *parameters = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
  BN_CTX *scratch = BN_CTX_secure_new();
  BIGNUM *less = BN_secure_new(), *product = BN_secure_new();
  EVP_PKEY *key = NULL;
  int ok = builder != NULL && context != NULL && scratch != NULL && less != NULL && product != NULL;
  for (int index = 0; index < 8; index++) {
    numbers[index] = BN_secure_new();
    ok = ok && numbers[index] != NULL;
    if (index > 1 && numbers[index] != NULL)
      BN_set_flags(numbers[index], BN_FLG_CONSTTIME);
  }
  for (int index = 0; ok && index < 6; index++) {
    ok = BN_bin2bn(bytes, counts[index], numbers[index]) != NULL && !BN_is_zero(numbers[index]);
    bytes += counts[index];
  }
  // The exponents of the two primes are d modulo one less than each.
  for (int index = 0; ok && index < 2; index++)
    ok = !BN_is_one(numbers[4 + index]) && BN_sub(less, numbers[4 + index], BN_value_one()) == 1 &&
         BN_mod(numbers[6 + index], numbers[2], less, scratch) == 1;
  ok = ok && BN_mul(product, numbers[4], numbers[5], scratch) == 1 && BN_cmp(product, numbers[0]) == 0;
  for (int index = 0; ok && index < 8; index++)
    ok = OSSL_PARAM_BLD_push_BN(builder, names[index], numbers[index]) == 1;
  if (ok)
    parameters = OSSL_PARAM_BLD_to_param(builder);
  if (parameters != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
    key = NULL;
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  for (int index = 0; index < 8; index++)
    BN_clear_free(numbers[index]);
  BN_clear_free(less);
  BN_clear_free(product);
  BN_CTX_free(scratch);
  EVP_PKEY_CTX_free(context);
  if (key == NULL)
    ERR_clear_error();
  return key;
}

/// How many bytes a key's signatures have at most (EVP_PKEY_get_size(3)).
static inline int ccrypto_signature_size(const EVP_PKEY *key) { return EVP_PKEY_get_size(key); }

/// Signs the digest of some bytes, by its name (EVP_DigestSign(3)), and how many bytes the signature has; 0: not done.
static inline size_t ccrypto_sign(EVP_PKEY *key, const char *digest, const unsigned char *_Nullable bytes, size_t count,
                                  unsigned char *signature, size_t capacity) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL || EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key, NULL) != 1 ||
      EVP_DigestSign(context, signature, &capacity, bytes, count) != 1)
    capacity = 0;
  EVP_MD_CTX_free(context);
  if (capacity == 0)
    ERR_clear_error();
  return capacity;
}

/// Whether a signature is that of some bytes (EVP_DigestVerify(3)).
static inline int ccrypto_verify(EVP_PKEY *key, const char *digest, const unsigned char *_Nullable bytes, size_t count,
                                 const unsigned char *signature, size_t signature_count) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int ok = context != NULL && EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
           EVP_DigestVerify(context, signature, signature_count, bytes, count) == 1;
  EVP_MD_CTX_free(context);
  if (!ok)
    ERR_clear_error();
  return ok;
}

/// HMAC with SHA-1 of some bytes into 20 bytes (HMAC(3)); 0: there is no memory, or the system forbids SHA-1.
static inline int ccrypto_hmac_sha1(const void *_Nullable key, int key_count, const unsigned char *_Nullable bytes,
                                    size_t count, unsigned char *digest) {
  return HMAC(EVP_sha1(), key, key_count, bytes, count, digest, NULL) != NULL;
}

#pragma clang assume_nonnull end

#endif
