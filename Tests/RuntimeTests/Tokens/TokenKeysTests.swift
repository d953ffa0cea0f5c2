import IntegrationRuntime
import Logging
import OpenSSL
import Synchronization
import TestSupport
import Testing
import Values

struct TokenKeysTests {
    let now = Timestamp(seconds: 1_790_000_000)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What the issuer answers now; a class, so that the script and the test share it.
    private final class Issuer: Sendable {
        let answer: Mutex<(status: Int, key: Ed25519PrivateKey)>
        init(_ key: Ed25519PrivateKey) { answer = Mutex((200, key)) }

        var reply: ScriptedReceiver.Reply {
            let (status, key) = answer.withLock { $0 }
            let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(key.publicBytes))"}]}"#
            return .respond(status, body: Array(set.utf8))
        }
    }

    private func token(_ key: Ed25519PrivateKey) -> String {
        let claims = #"{"sub":"ann","workspaceId":"acme","exp":1790000100}"#
        let input = "\(Base64URL.encode(#"{"alg":"EdDSA"}"#.utf8)).\(Base64URL.encode(claims.utf8))"
        return "\(input).\(Base64URL.encode(key.sign(Array(input.utf8))))"
    }

    @Test func `an issuer's new key is learnt, its old one forgotten, and its outage locks nobody out`() async throws {
        let (first, second) = (
            try Ed25519PrivateKey(seed: Array(repeating: 1, count: 32)), try Ed25519PrivateKey(seed: Array(repeating: 2, count: 32))
        )
        let issuer = Issuer(first)
        let server = try await ScriptedReceiver.start { _ in issuer.reply }
        let keys = try await TokenKeys(url: server.url + "/jwks.json", audience: nil, issuer: nil, logger: logger)
        #expect(try keys.principal(of: token(first), at: now).subject == "ann")
        #expect(throws: TokenError.self) { try keys.principal(of: token(second), at: now) }

        issuer.answer.withLock { $0 = (200, second) }
        await keys.refresh()
        #expect(try keys.principal(of: token(second), at: now).subject == "ann")
        #expect(throws: TokenError.self) { try keys.principal(of: token(first), at: now) }

        issuer.answer.withLock { $0 = (503, first) }
        await keys.refresh()
        #expect(try keys.principal(of: token(second), at: now).subject == "ann")
        await server.stop()
    }

    @Test func `an issuer that does not answer at the start is an error that names it`() async throws {
        let server = try await ScriptedReceiver.start { _ in .respond(404) }
        let error = await #expect(throws: ConfigurationError.self) {
            try await TokenKeys(url: server.url + "/jwks.json", audience: nil, issuer: nil, logger: logger)
        }
        #expect(error?.message.hasSuffix("answered 404") == true)
        await server.stop()
    }

    @Test func `plain http is for loopback alone`() async {
        let error = await #expect(throws: ConfigurationError.self) {
            try await TokenKeys(url: "http://127.0.0.1.evil.example/jwks.json", audience: nil, issuer: nil, logger: logger)
        }
        #expect(error?.message.contains("https") == true)
    }
}
