import OpenSSL
import Testing
import Values

struct CipherTests {
    let cipher = AES256GCM(key: [UInt8](repeating: 7, count: 32))

    @Test(arguments: [0, 1, 16, 1000])
    func `what is sealed opens again`(count: Int) throws {
        let text = randomBytes(count)
        let sealed = try cipher.seal(text, authenticating: [1, 2])
        #expect(sealed.count == count + AES256GCM.overhead)
        #expect(try cipher.open(sealed, authenticating: [1, 2]) == text)
        #expect(try cipher.seal(text, authenticating: [1, 2]) != sealed)
    }

    @Test func `every changed byte, other associated bytes and another key are refused`() throws {
        let sealed = try cipher.seal([1, 2, 3], authenticating: [9])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CryptoError.self) { try cipher.open(changed, authenticating: [9]) }
        }
        #expect(throws: CryptoError.self) { try cipher.open(sealed, authenticating: []) }
        #expect(throws: CryptoError.self) { try cipher.open(Array(sealed.dropLast()), authenticating: [9]) }
        #expect(throws: CryptoError.self) { try cipher.open([], authenticating: [9]) }
        let other = AES256GCM(key: [UInt8](repeating: 8, count: 32))
        let error = #expect(throws: CryptoError.self) { try other.open(sealed, authenticating: [9]) }
        #expect(error?.code == .authenticationFailed)
    }

    @Test func `it agrees with test case 16 of the GCM specification`() throws {
        // nonce ‖ ciphertext ‖ tag, opened under the key of the specification.
        let key = Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308") ?? []
        let sealed =
            "cafebabefacedbaddecaf888"
            + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            + "76fc6ece0f4e1768cddf8853bb2d551b"
        let text = try AES256GCM(key: key).open(
            Hex.decode(sealed) ?? [], authenticating: Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2") ?? [])
        #expect(Hex.encode(text).hasPrefix("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da"))
    }
}
