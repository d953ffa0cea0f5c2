import Testing
import Values

struct ASCIITests {
    @Test func `every byte is of the classes that ASCII puts it in`() {
        let (digits, upper, lower) = (
            Set("0123456789".utf8), Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8), Set("abcdefghijklmnopqrstuvwxyz".utf8)
        )
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isASCIIDigit == digits.contains(byte))
            #expect(byte.isASCIIUppercase == upper.contains(byte))
            #expect(byte.isASCIILowercase == lower.contains(byte))
            #expect(byte.isASCIILetter == (upper.contains(byte) || lower.contains(byte)))
            #expect(byte.isASCIIAlphanumeric == (digits.contains(byte) || byte.isASCIILetter))
            #expect(byte.lowercasedASCII == (upper.contains(byte) ? byte + 32 : byte))
            let scalar = Unicode.Scalar(byte)
            #expect(byte.hexDigitValue.map(Int.init) == (scalar.isASCII ? Character(scalar).hexDigitValue : nil))
        }
    }

    @Test func `texts are compared without the case of ASCII letters alone`() {
        #expect("Content-Type".isCaselesslyEqual(to: "content-tYPE"))
        #expect(!"K".isCaselesslyEqual(to: "\u{212a}"))
        #expect(!"[".isCaselesslyEqual(to: "{"))
        #expect("HTTPS://x".hasCaselessPrefix("https:"))
        #expect(!"http".hasCaselessPrefix("https:"))
    }
}
