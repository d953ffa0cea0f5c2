import IntegrationRuntime
import OpenSSL
import Testing
import Values

struct JSONWebKeySetTests {
    let now = Timestamp(seconds: 1_790_000_000)
    let claims = #"{"sub":"ann","workspaceId":"acme","exp":1790000100}"#
    private let signer: Ed25519PrivateKey

    init() throws {
        signer = try Ed25519PrivateKey(seed: [UInt8](repeating: 3, count: 32))
    }

    private func set(_ keys: String) throws -> JSONWebKeySet { try JSONWebKeySet(parsing: Array(#"{"keys":[\#(keys)]}"#.utf8)) }

    private var x: String { Base64URL.encode(signer.publicBytes) }

    private func token(_ header: String) -> String {
        let input = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8))"
        return "\(input).\(Base64URL.encode(signer.sign(Array(input.utf8))))"
    }

    @Test func `EdDSA verifies, with the key's name and without`() throws {
        let verifier = TokenVerifier(keys: try set(#"{"kty":"OKP","crv":"Ed25519","x":"\#(x)","kid":"a","use":"sig"}"#).keys)
        #expect(try verifier.principal(of: token(#"{"alg":"EdDSA","kid":"a"}"#), at: now).subject == "ann")
        #expect(try verifier.principal(of: token(#"{"alg":"EdDSA"}"#), at: now).subject == "ann")
        let error = #expect(throws: TokenError.self) { try verifier.principal(of: token(#"{"alg":"EdDSA","kid":"b"}"#), at: now) }
        #expect(error?.code == .unknownKey)
    }

    @Test func `a public key never checks an HS256 token`() throws {
        let verifier = TokenVerifier(keys: try set(#"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#).keys)
        let input = "\(Base64URL.encode(#"{"alg":"HS256"}"#.utf8)).\(Base64URL.encode(claims.utf8))"
        let forged = "\(input).\(Base64URL.encode(HMACSHA256(key: signer.publicBytes).authenticate(Array(input.utf8))))"
        let error = #expect(throws: TokenError.self) { try verifier.principal(of: forged, at: now) }
        #expect(error?.code == .algorithmNotAllowed)
    }

    @Test func `the ES256 example of RFC 7515 verifies`() throws {
        let keys = try set(
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
        ).keys
        let token = try JSONWebSignature(
            compact: "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
        #expect(String(decoding: try TokenVerifier(keys: keys).verify(token), as: UTF8.self).hasPrefix(#"{"iss":"joe""#))
    }

    @Test(arguments: [
        #"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        #"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#,
        #"{"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}"#,
        #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        #"{"kty":"oct","k":"AAAA"}"#,
        #"{"kty":"OKP","crv":"Ed25519","x":"AAAA","d":"AAAA"}"#,
        "",
        "7",
    ])
    func `a set without a usable key, or with a secret one, is refused`(keys: String) {
        #expect(throws: TokenError.self) { try set(keys) }
    }

    @Test func `keys for other things are skipped`() throws {
        let good = #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#
        let set = try set(
            "\(good),\(good.dropLast()),\"use\":\"enc\"},\(good.dropLast()),\"alg\":\"RS256\"},\(good.dropLast()),\"key_ops\":[\"sign\"]}")
        #expect(set.keys.count == 1)
    }
}
