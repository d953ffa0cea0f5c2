import Testing
import Values

struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 agrees with RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        let bare = encoded.prefix { $0 != "=" }
        #expect(Base64URL.encode(text.utf8) == bare)
        #expect(Base64URL.decode(bare) == Array(text.utf8))
    }

    @Test(arguments: ["Zg", "Zg=", "Zg===", "Zh==", "Z", "Zm9v ", "Zm9v\n", "Zm9-", "=", "====", "Zg==Zg=="])
    func `base 64 has one spelling`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zh", "Z", "Zm9v ", "Zm+v", "Zm/v", "Zm9v="])
    func `base 64 for URLs has one spelling`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
