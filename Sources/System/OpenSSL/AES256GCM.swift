import COpenSSL

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a random 96-bit nonce before the text.
///
/// One key must seal fewer than 2^32 texts, which a random nonce of 96 bits allows.
package struct AES256GCM: Sendable {
    private let key: [UInt8]

    /// Bytes that sealing adds: 12 of nonce, 16 of tag.
    package static let overhead = 28

    /// The key has 32 bytes; anything else is a bug of the caller, who derives it.
    package init(key: [UInt8]) {
        precondition(key.count == 32, "AES-256 takes a key of 32 bytes")
        self.key = key
    }

    /// Gives nonce ‖ ciphertext ‖ tag.
    ///
    /// - Parameter associated: what the text belongs to (table, row, column); opening needs the same bytes.
    package func seal(_ plaintext: [UInt8], authenticating associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        let nonce = randomBytes(12)
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw CryptoError(.libraryFailure, "out of memory") }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count)
        var tag = [UInt8](repeating: 0, count: 16)
        var count: CInt = 0
        guard unsafe EVP_EncryptInit_ex2(context, Algorithms.shared.aes256GCM, key, nonce, nil) == 1,
            unsafe associated.isEmpty || EVP_EncryptUpdate(context, nil, &count, associated, CInt(associated.count)) == 1,
            unsafe plaintext.isEmpty || EVP_EncryptUpdate(context, &ciphertext, &count, plaintext, CInt(plaintext.count)) == 1,
            unsafe EVP_EncryptFinal_ex(context, &tag, &count) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
        else {
            ERR_clear_error()
            throw CryptoError(.libraryFailure, "libcrypto could not encrypt")
        }
        return nonce + ciphertext + tag
    }

    /// Gives the text that was sealed; a changed byte, another key or other associated bytes are `authenticationFailed`.
    package func open(_ sealed: [UInt8], authenticating associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        let refused = CryptoError(.authenticationFailed, "the text was not sealed under this key for this place")
        guard sealed.count >= Self.overhead else { throw refused }
        let nonce = Array(sealed[..<12])
        let ciphertext = Array(sealed[12..<(sealed.count - 16)])
        var tag = Array(sealed[(sealed.count - 16)...])
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw CryptoError(.libraryFailure, "out of memory") }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
        var rest = [UInt8](repeating: 0, count: 16)
        var count: CInt = 0
        guard unsafe EVP_DecryptInit_ex2(context, Algorithms.shared.aes256GCM, key, nonce, nil) == 1,
            unsafe associated.isEmpty || EVP_DecryptUpdate(context, nil, &count, associated, CInt(associated.count)) == 1,
            unsafe ciphertext.isEmpty || EVP_DecryptUpdate(context, &plaintext, &count, ciphertext, CInt(ciphertext.count)) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1,
            unsafe EVP_DecryptFinal_ex(context, &rest, &count) == 1
        else {
            ERR_clear_error()
            throw refused
        }
        return plaintext
    }
}
