import COpenSSL

/// HMAC-SHA-256 (RFC 2104) under one key.
///
/// Concurrency: holds a context that is keyed once and never updated; each call works on a duplicate of it, so
/// one instance may be used from many threads ("EVP_MAC_CTX_dup … duplicates the src MAC context", EVP_MAC(3)).
@safe package final class HMACSHA256: @unchecked Sendable {
    private let keyed: OpaquePointer

    /// Any length of key; longer than a block it is hashed first, as the RFC has it.
    package init(key: [UInt8]) {
        guard let context = unsafe EVP_MAC_CTX_new(Algorithms.shared.hmac) else { preconditionFailure("out of memory") }
        var name = Array("SHA2-256".utf8CString)
        // A nil key means "keep the old one" to EVP_MAC_init, so an empty key needs an address.
        let bytes = key.isEmpty ? [0] : key
        let done = unsafe name.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(param_mac_digest, name.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_init(context, bytes, key.count, parameters)
        }
        precondition(done == 1, "libcrypto could not key an HMAC")
        unsafe keyed = context
    }

    deinit {
        unsafe EVP_MAC_CTX_free(keyed)
    }

    /// The 32 bytes of the code.
    package func authenticate(_ message: [UInt8]) -> [UInt8] {
        guard let context = unsafe EVP_MAC_CTX_dup(keyed) else { preconditionFailure("out of memory") }
        defer { unsafe EVP_MAC_CTX_free(context) }
        var code = [UInt8](repeating: 0, count: 32)
        var count = 0
        let done = unsafe EVP_MAC_update(context, message, message.count) == 1 && EVP_MAC_final(context, &code, &count, 32) == 1
        precondition(done && count == 32, "libcrypto could not compute an HMAC")
        return code
    }

    /// Whether `code` is the message's; the time taken says nothing about where they differ.
    package func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        constantTimeEqual(authenticate(message), code)
    }
}
