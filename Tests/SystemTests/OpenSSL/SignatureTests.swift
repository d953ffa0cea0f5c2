import OpenSSL
import Testing
import Values

struct SignatureTests {
    @Test func `Ed25519 agrees with RFC 8032, test 2`() throws {
        let key = try Ed25519PrivateKey(
            seed: Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb") ?? [])
        #expect(Hex.encode(key.publicBytes) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let signature = key.sign([0x72])
        #expect(
            Hex.encode(signature) == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        let verifier = try PublicKey(ed25519: key.publicBytes)
        #expect(verifier.isValidSignature(signature, for: [0x72]))
        #expect(!verifier.isValidSignature(signature, for: [0x73]))
        #expect(!verifier.isValidSignature(signature + [0], for: [0x72]))
    }

    @Test func `keys that are none are refused`() {
        #expect(throws: CryptoError.self) { try PublicKey(ed25519: [1, 2, 3]) }
        #expect(throws: CryptoError.self) { try Ed25519PrivateKey(seed: []) }
        // Not on the curve.
        #expect(throws: CryptoError.self) {
            try PublicKey(p256X: [UInt8](repeating: 1, count: 32), y: [UInt8](repeating: 1, count: 32))
        }
        // Too short, even, tiny exponent.
        let modulus = [UInt8](repeating: 0xFF, count: 256)
        #expect(throws: CryptoError.self) { try PublicKey(rsaModulus: Array(modulus.prefix(128)), exponent: [1, 0, 1]) }
        #expect(throws: CryptoError.self) { try PublicKey(rsaModulus: modulus, exponent: [2]) }
        #expect(throws: CryptoError.self) { try PublicKey(rsaModulus: modulus, exponent: [1]) }
    }

    @Test func `comparison in constant time compares`() {
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1]))
        #expect(constantTimeEqual([], []))
    }
}
