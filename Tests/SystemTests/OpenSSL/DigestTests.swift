import OpenSSL
import Testing
import Values

struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 agrees with FIPS 180-4`(text: String, hash: String) {
        #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == hash)
    }

    @Test(arguments: [[], [0], [1, 63, 64, 65], [100_000, 0, 3]])
    func `SHA-256 of parts is that of the whole`(lengths: [Int]) {
        var stream = SHA256Stream()
        var whole: [UInt8] = []
        for (number, length) in lengths.enumerated() {
            let part = [UInt8](repeating: UInt8(number), count: length)
            stream.update(part)
            whole += part
        }
        #expect(stream.finish() == SHA256.hash(whole))
    }

    @Test func `a digest is its bytes and comes back from them`() {
        let bytes = Array("abc".utf8)
        let digest = SHA256.digest(bytes.span)
        #expect(digest.bytes == SHA256.hash(bytes))
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(SHA256Digest(bytes: [1, 2]) == nil)
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func `HMAC-SHA-256 agrees with RFC 4231`(key: [UInt8], message: [UInt8], code: String) {
        let hmac = HMACSHA256(key: key)
        #expect(Hex.encode(hmac.authenticate(message)) == code)
        // The context is not spent by use.
        #expect(hmac.isValid(Hex.decode(code) ?? [], for: message))
        #expect(!hmac.isValid(Array((Hex.decode(code) ?? []).dropLast()), for: message))
    }

    @Test func `HKDF agrees with RFC 5869, with salt and info and without`() {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        let first = HKDF.sha256(secret: secret, salt: Array(0...0x0C), info: Array(0xF0...0xF9), count: 42)
        #expect(Hex.encode(first) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        let third = HKDF.sha256(secret: secret, info: [], count: 42)
        #expect(Hex.encode(third) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }
}
