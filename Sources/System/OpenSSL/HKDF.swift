import COpenSSL

/// Keys from a secret (RFC 5869).
package enum HKDF {
    /// Extract and expand with SHA-256.
    ///
    /// - Parameters:
    ///   - info: what the key is for; different texts give unrelated keys.
    ///   - count: at most 8160 bytes (255 blocks).
    package static func sha256(secret: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int) -> [UInt8] {
        precondition(count > 0 && count <= 255 * 32, "HKDF gives 1 to 8160 bytes")
        precondition(!secret.isEmpty, "HKDF needs a secret")
        guard let context = unsafe EVP_KDF_CTX_new(Algorithms.shared.hkdf) else { preconditionFailure("out of memory") }
        defer { unsafe EVP_KDF_CTX_free(context) }
        var name = Array("SHA2-256".utf8CString)
        var (secret, salt, info) = (secret, salt, info)
        var output = [UInt8](repeating: 0, count: count)
        let done = unsafe name.withUnsafeMutableBufferPointer { name in
            unsafe secret.withUnsafeMutableBytes { secret in
                unsafe salt.withUnsafeMutableBytes { salt in
                    unsafe info.withUnsafeMutableBytes { info in
                        var parameters = unsafe [
                            OSSL_PARAM_construct_utf8_string(param_kdf_digest, name.baseAddress, 0),
                            OSSL_PARAM_construct_octet_string(param_kdf_key, secret.baseAddress, secret.count),
                        ]
                        if unsafe !salt.isEmpty {
                            unsafe parameters.append(OSSL_PARAM_construct_octet_string(param_kdf_salt, salt.baseAddress, salt.count))
                        }
                        if unsafe !info.isEmpty {
                            unsafe parameters.append(OSSL_PARAM_construct_octet_string(param_kdf_info, info.baseAddress, info.count))
                        }
                        unsafe parameters.append(OSSL_PARAM_construct_end())
                        return unsafe EVP_KDF_derive(context, &output, count, parameters)
                    }
                }
            }
        }
        precondition(done == 1, "libcrypto could not derive a key")
        return output
    }
}
