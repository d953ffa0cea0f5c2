import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come one after another.
@safe package struct SHA256Stream: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        let done = unsafe EVP_DigestInit_ex2(context, Algorithms.shared.sha256, nil)
        precondition(done == 1, "libcrypto could not begin a hash")
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: [UInt8]) {
        let done = unsafe EVP_DigestUpdate(context, bytes, bytes.count)
        precondition(done == 1, "libcrypto could not hash")
    }

    /// The 32 bytes of the hash of all that came.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        let done = unsafe EVP_DigestFinal_ex(context, &digest, &count)
        precondition(done == 1 && count == 32, "libcrypto could not end a hash")
        return digest
    }
}
