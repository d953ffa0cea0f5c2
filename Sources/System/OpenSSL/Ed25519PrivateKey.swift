import COpenSSL

/// A key that signs with Ed25519 (RFC 8032).
///
/// Concurrency: immutable once made; each signature has its own context, as for `PublicKey`.
@safe package final class Ed25519PrivateKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// The key of a seed of 32 bytes; anything else is `invalidKey`.
    package init(seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32, let key = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, seed.count) else {
            ERR_clear_error()
            throw CryptoError(.invalidKey, "no Ed25519 seed of 32 bytes")
        }
        unsafe self.key = key
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// The 32 bytes to give to those who verify.
    package var publicBytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        let done = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count)
        precondition(done == 1 && count == 32, "libcrypto could not give the public half of a key")
        return bytes
    }

    /// The 64 bytes of the signature, the same for the same message.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = 64
        let done =
            unsafe EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key, nil) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(done && count == 64, "libcrypto could not sign")
        return signature
    }
}
