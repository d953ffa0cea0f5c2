import Foundation
import Testing
import Values

/// The search that the canaries rely on: what it cannot find, they cannot tell.
struct MarksTests {
    private static let secret = "canary-0123456789abcdef"

    @Test(arguments: 0..<7)
    func `a secret is found as it is, in hex and in base64, whatever stands around it`(offset: Int) {
        var marks = Marks()
        marks.add("it", Self.secret)
        let bytes = Array(repeating: UInt8(ascii: "."), count: offset) + Array(Self.secret.utf8) + Array("...".utf8)
        #expect(marks.found(in: bytes) == ["it as it is"])
        #expect(marks.found(in: Array(Hex.encode(bytes).utf8)) == ["it in hex"])
        #expect(marks.found(in: Array(Hex.encode(bytes).uppercased().utf8)) == ["it in capital hex"])
        let encoded = marks.found(in: Array(Base64.encode(bytes).utf8))
        #expect(encoded.contains("it in base64 at \(offset % 3)"))
        #expect(marks.found(in: Array(Base64URL.encode(bytes).utf8)).contains("it in base64url at \(offset % 3)"))
    }

    @Test func `the key behind whsec_ is found without its base64`() {
        var marks = Marks()
        let key = Array("24 bytes, not a real key".utf8)
        marks.add("it", "whsec_" + Base64.encode(key))
        #expect(marks.found(in: Array("x".utf8) + key) == ["it, decoded as it is"])
        #expect(marks.found(in: Array("nothing of the kind".utf8)) == [])
    }
}
