import IntegrationRuntime
import OpenSSL
import Testing
import Values

struct KeyFormatTests {
    @Test(arguments: [
        ("acme_live_" + String(repeating: "0", count: 43), "2psIG6"),
        ("acme_test_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", "1UK3ll"),
        ("acme_live_" + String(repeating: "z", count: 43), "4ZPjXr"),
    ])
    func `checksums are those of the contract`(body: String, checksum: String) {
        #expect(String(decoding: KeyFormat.checksum(body.utf8), as: UTF8.self) == checksum)
        #expect(KeyFormat.isWellFormed(body + checksum))
    }

    @Test func `the hash of the first vector is SHA-256 of the whole key`() {
        let key = "acme_live_" + String(repeating: "0", count: 43) + "2psIG6"
        #expect(Hex.encode(SHA256.hash(Array(key.utf8))) == "84058a9c9de5e502b02faaeb02689f88d616f0b916aaaee23358255056bce3b9")
    }

    @Test func `generated keys are well-formed, of one length, and never the same`() {
        let keys = (0..<500).map { _ in KeyFormat.generate(prefix: "sk_live").reveal() }
        #expect(Set(keys).count == 500)
        #expect(keys.allSatisfy { $0.utf8.count == 8 + 49 && $0.hasPrefix("sk_live_") && KeyFormat.isWellFormed($0) })
    }

    @Test func `every character is as likely as any other`() {
        var counts: [Character: Int] = [:]
        for _ in 0..<2000 {
            for character in KeyFormat.generate(prefix: "k").reveal().dropFirst(2).prefix(43) { counts[character, default: 0] += 1 }
        }
        // 86 000 draws of 62: 1387 each, standard deviation 37; six of them is never seen by chance.
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { abs($0 - 1387) < 6 * 37 })
    }

    @Test func `any changed character is refused`() {
        let key = Array(KeyFormat.generate(prefix: "sk_live").reveal())
        for index in key.indices {
            var changed = key
            changed[index] = key[index] == "A" ? "B" : "A"
            #expect(!KeyFormat.isWellFormed(String(changed)))
        }
    }

    @Test(arguments: [
        "", "sk_live_", "_", String(repeating: "a", count: 49), "_" + String(repeating: "0", count: 49),
        String(repeating: "x", count: 5000), "sk_live_short", "eyJhbGciOiJIUzI1NiJ9.e30.abc",
    ])
    func `what is no key is refused`(text: String) {
        #expect(!KeyFormat.isWellFormed(text))
    }

    @Test func `the hint shows the prefix and four characters`() {
        let key = KeyFormat.generate(prefix: "sk_live")
        #expect(KeyFormat.hint(of: key) == "\(key.reveal().prefix(12))…")
    }
}
