import COpenSSL

/// A key that verifies signatures of exactly one algorithm: RS256, ES256 or EdDSA with Ed25519 (RFC 7518, RFC 8037).
///
/// Concurrency: the key is immutable once made, and "an EVP_PKEY … may be used by several threads at once as long
/// as none of them changes it" (OpenSSL, EVP_PKEY(3) and openssl-threads(7)); each verification has its own context.
@safe package final class PublicKey: @unchecked Sendable {
    package enum Algorithm: String, Sendable, Hashable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    package let algorithm: Algorithm
    /// Size of the modulus or of the field.
    package let bits: Int
    private let key: OpaquePointer

    private init(taking key: OpaquePointer, _ algorithm: Algorithm) {
        self.algorithm = algorithm
        unsafe self.key = key
        unsafe bits = Int(EVP_PKEY_get_bits(key))
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// An RSA key from big-endian numbers. Fewer than 2048 or more than 8192 bits, an even or a tiny exponent are refused
    /// (RFC 7518 § 3.3; the upper bound keeps one verification cheap).
    package convenience init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(CryptoError) {
        let refused = CryptoError(.invalidKey, "no RSA key of 2048 to 8192 bits")
        guard let last = exponent.last, last & 1 == 1, exponent.count <= 8, exponent != [1], let low = modulus.last, low & 1 == 1,
            (256...1024).contains(modulus.count)
        else { throw refused }
        guard let n = unsafe BN_bin2bn(modulus, CInt(modulus.count), nil), let e = unsafe BN_bin2bn(exponent, CInt(exponent.count), nil),
            let builder = unsafe OSSL_PARAM_BLD_new()
        else { throw CryptoError(.libraryFailure, "out of memory") }
        defer {
            unsafe BN_free(n)
            unsafe BN_free(e)
            unsafe OSSL_PARAM_BLD_free(builder)
        }
        guard unsafe BN_num_bits(n) >= 2048, unsafe OSSL_PARAM_BLD_push_BN(builder, param_rsa_n, n) == 1,
            unsafe OSSL_PARAM_BLD_push_BN(builder, param_rsa_e, e) == 1
        else { throw refused }
        let key = try unsafe Self.make("RSA", builder, refused)
        unsafe self.init(taking: key, .rs256)
    }

    /// A point of P-256 from its coordinates, 32 bytes each; a point off the curve is refused.
    package convenience init(p256X x: [UInt8], y: [UInt8]) throws(CryptoError) {
        let refused = CryptoError(.invalidKey, "no point of the curve P-256")
        guard x.count == 32, y.count == 32 else { throw refused }
        let point = [4] + x + y
        guard let builder = unsafe OSSL_PARAM_BLD_new() else { throw CryptoError(.libraryFailure, "out of memory") }
        defer { unsafe OSSL_PARAM_BLD_free(builder) }
        let key = try unsafe point.withUnsafeBufferPointer { (point) throws(CryptoError) -> OpaquePointer in
            // The builder keeps the address until `to_param`, hence the closure around both.
            guard unsafe OSSL_PARAM_BLD_push_utf8_string(builder, param_group_name, group_p256, 0) == 1,
                unsafe OSSL_PARAM_BLD_push_octet_string(builder, param_public_key, point.baseAddress, point.count) == 1
            else { throw refused }
            return try unsafe Self.make("EC", builder, refused)
        }
        unsafe self.init(taking: key, .es256)
    }

    /// An Ed25519 key from its 32 bytes (RFC 8032).
    package convenience init(ed25519 bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == 32, let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            ERR_clear_error()
            throw CryptoError(.invalidKey, "no Ed25519 key of 32 bytes")
        }
        unsafe self.init(taking: key, .edDSA)
    }

    /// Whether the signature is this key's over the message.
    ///
    /// The forms are those of JWS (RFC 7518 § 3.3, § 3.4; RFC 8037 § 3.1): PKCS #1 v1.5 of the modulus's length for
    /// RS256, r ‖ s of 64 bytes for ES256, 64 bytes for EdDSA.
    package func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch algorithm {
        case .rs256:
            guard signature.count == (bits + 7) / 8 else { return false }
            return verify(signature, message, hashing: true)
        case .es256:
            guard let encoded = Self.encodedECDSA(signature) else { return false }
            return verify(encoded, message, hashing: true)
        case .edDSA:
            guard signature.count == 64 else { return false }
            return verify(signature, message, hashing: false)
        }
    }

    private func verify(_ signature: [UInt8], _ message: [UInt8], hashing: Bool) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        let ready = unsafe EVP_DigestVerifyInit_ex(context, nil, hashing ? "SHA2-256" : nil, nil, nil, key, nil) == 1
        let valid = unsafe ready && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        ERR_clear_error()
        return valid
    }

    /// The DER form of r ‖ s; nil unless both have 32 bytes.
    private static func encodedECDSA(_ signature: [UInt8]) -> [UInt8]? {
        guard signature.count == 64, let pair = unsafe ECDSA_SIG_new() else { return nil }
        defer { unsafe ECDSA_SIG_free(pair) }
        guard let r = unsafe BN_bin2bn(Array(signature[..<32]), 32, nil), let s = unsafe BN_bin2bn(Array(signature[32...]), 32, nil),
            unsafe ECDSA_SIG_set0(pair, r, s) == 1
        else { return nil }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_ECDSA_SIG(pair, &start)
        guard count > 0, let start = unsafe start else { return nil }
        defer { unsafe CRYPTO_free(start, nil, 0) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private static func make(
        _ type: String, _ builder: OpaquePointer, _ refused: CryptoError
    ) throws(CryptoError) -> OpaquePointer {
        guard let parameters = unsafe OSSL_PARAM_BLD_to_param(builder),
            let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil)
        else { throw CryptoError(.libraryFailure, "out of memory") }
        defer {
            unsafe OSSL_PARAM_free(parameters)
            unsafe EVP_PKEY_CTX_free(context)
        }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &key, evp_pkey_public_key, parameters) == 1, let key = unsafe key
        else {
            ERR_clear_error()
            throw refused
        }
        guard let check = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else {
            unsafe EVP_PKEY_free(key)
            throw CryptoError(.libraryFailure, "out of memory")
        }
        defer { unsafe EVP_PKEY_CTX_free(check) }
        guard unsafe EVP_PKEY_public_check(check) == 1 else {
            unsafe EVP_PKEY_free(key)
            ERR_clear_error()
            throw refused
        }
        return unsafe key
    }
}
