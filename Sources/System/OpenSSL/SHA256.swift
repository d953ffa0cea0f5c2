import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes in memory.
package enum SHA256 {
    /// The 32 bytes of the hash.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes.span).bytes
    }

    /// The 32 bytes of the hash; copies what is not contiguous.
    package static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        hash(Array(bytes))
    }

    /// The hash as a value without heap storage, for tables that are asked often.
    package static func digest(_ bytes: Span<UInt8>) -> SHA256Digest {
        var digest = SHA256Digest()
        let done = unsafe withUnsafeMutableBytes(of: &digest) { output in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe EVP_Digest(
                    input.baseAddress, input.count, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil,
                    Algorithms.shared.sha256, nil)
            }
        }
        precondition(done == 1, "libcrypto could not hash")
        return digest
    }
}
