#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/* The macro is an expression of other macros, which Swift does not import. */
static const int evp_pkey_public_key = EVP_PKEY_PUBLIC_KEY;

/* Parameters keep the address of their name, and a macro imported as a Swift string has one for the length of a call only. */
static const char *const param_kdf_digest = OSSL_KDF_PARAM_DIGEST;
static const char *const param_kdf_key = OSSL_KDF_PARAM_KEY;
static const char *const param_kdf_salt = OSSL_KDF_PARAM_SALT;
static const char *const param_kdf_info = OSSL_KDF_PARAM_INFO;
static const char *const param_mac_digest = OSSL_MAC_PARAM_DIGEST;
static const char *const param_rsa_n = OSSL_PKEY_PARAM_RSA_N;
static const char *const param_rsa_e = OSSL_PKEY_PARAM_RSA_E;
static const char *const param_group_name = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const param_public_key = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const group_p256 = "P-256";
