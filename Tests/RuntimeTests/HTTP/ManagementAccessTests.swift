import Foundation
import HTTPTypes
import Logging
import OpenSSL
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// Who gets in, asked of the whole `Server` over a socket, so that a gate that is wired wrongly is seen.
struct ManagementAccessTests {
    private static let secret = Secret(String(repeating: "s", count: 40))
    private static let now = KeyWorld.start

    /// A JWT made here and not by the product: RFC 7515.
    private static func token(
        role: String = "admin", expires: Int64 = 3600, algorithm: String = "HS256", secret: Secret = secret, signature: String? = nil,
        workspace: String = "acme"
    ) -> String {
        let header: JSON = ["alg": .string(algorithm), "typ": "JWT"]
        let claims: JSON = [
            "sub": "ann", "workspaceId": .string(workspace), "role": .string(role), "exp": .integer(now.seconds + expires),
        ]
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8))"
        let made = HMACSHA256(key: Array(secret.reveal().utf8)).authenticate(Array(signed.utf8))
        return "\(signed).\(signature ?? Base64URL.encode(made))"
    }

    /// The real server on a state of its own while the body runs.
    private func serving<Value: Sendable>(
        _ store: Store, _ body: @Sendable @escaping (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = try await Server(
            store: store, configuration: RuntimeConfiguration(publicURL: "http://127.0.0.1:1"),
            tokens: TokenKeys(TokenVerifier(sharedSecret: Self.secret)), host: "127.0.0.1", port: 0, clock: { Self.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, version: "test"
        ) { number in
            port.yield(number)
            port.finish()
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run(gracefulShutdownSignals: []) }
            guard let number = await ports.first(where: { _ in true }) else { throw CancellationError() }
            let value = try await body(number)
            group.cancelAll()
            return value
        }
    }

    private static func ask(_ endpoint: Endpoint, token: String?, port: Int) async throws -> RawConnection.Answer? {
        let path = endpoint.path.replacing(/\{[a-zA-Z]+\}/, with: "nothing_0")
        var lines = ["\(endpoint.method?.rawValue ?? "GET") \(path) HTTP/1.1", "Host: test", "Connection: close"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        let body = endpoint.body == nil ? "" : "{}"
        if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: 2"] }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        return RawConnection.answers(in: try await RawConnection.exchange([text], port: port)).first
    }

    @Test func `no operation of the management API is open to a token that is not wholly good`() async throws {
        let folder = TemporaryFolder("access")
        let keyring = try Keyring(current: Secret(String(repeating: "k", count: 40)), previous: nil)
        let store = try Store(state: folder.state.location, keyring: keyring)
        let listed = try await RuntimeComponents(
            store: store, configuration: RuntimeConfiguration(publicURL: "http://127.0.0.1:1"), clock: { Self.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).groups.flatMap(\.endpoints)
        let operations = listed.filter { endpoint in
            switch endpoint.access {
            case .management, .managementOrKey: true
            case .anyone, .ownKeyCheck: false
            }
        }
        #expect(operations.count >= 30)
        // All that needs no credential, by name: a new operation must be put here by hand to be open.
        let open = listed.filter { $0.access == .anyone }.map(\.name).sorted()
        #expect(open == ["openOAuth", "receiveOAuthCallback", "redeemOAuthCallback"])
        let other = Self.token(secret: Secret(String(repeating: "t", count: 40)))
        let zeros = Self.token(signature: Base64URL.encode([UInt8](repeating: 0, count: 32)))
        let bad: [(name: String, token: String?)] = [
            ("none", nil), ("garbage", "garbage"), ("three parts of garbage", "a.b.c"), ("expired", Self.token(expires: 0)),
            ("another secret", other), ("no signature", Self.token(signature: "")),
            ("another signature", zeros),
            ("alg none", Self.token(algorithm: "none", signature: "")), ("alg none, signed", Self.token(algorithm: "none")),
            ("alg RS256", Self.token(algorithm: "RS256")), ("a star for a member", Self.token(role: "member", workspace: "*")),
            ("another role", Self.token(role: "root")),
        ]
        try await serving(store) { port in
            for endpoint in operations {
                for (name, token) in bad {
                    let answer = try await Self.ask(endpoint, token: token, port: port)
                    #expect(answer?.status == "HTTP/1.1 401 Unauthorized", "\(endpoint.name) with \(name)")
                    #expect(answer?.value("www-authenticate")?.hasPrefix("Bearer ") == true)
                }
                let member = try await Self.ask(endpoint, token: Self.token(role: "member"), port: port)
                if endpoint.access == .management(.admin) {
                    #expect(member?.status == "HTTP/1.1 403 Forbidden", "\(endpoint.name) for a member")
                }
                let good = try await Self.ask(endpoint, token: Self.token(), port: port)
                let status = good?.status.split(separator: " ").dropFirst().first ?? ""
                #expect(!["401", "403", "500"].contains(status), "\(endpoint.name) for an admin: \(String(describing: good))")
            }
        }
    }

    @Test(arguments: ["zzz", "", "wh_", "dlv_01h00000000000000000000000", "wh_01H00000000000000000000000", "%00"])
    func `a cursor that the list did not give is 422, not the first page`(cursor: String) async throws {
        let folder = TemporaryFolder("cursors")
        let keyring = try Keyring(current: Secret(String(repeating: "k", count: 40)), previous: nil)
        let store = try Store(state: folder.state.location, keyring: keyring)
        try await serving(store) { port in
            for path in ["/api/integrations", "/api/integrations/webhooks", "/api/integrations/api-keys", "/api/events"] {
                let text =
                    "GET \(path)?cursor=\(cursor) HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer \(Self.token())\r\n\r\n"
                let answer = RawConnection.answers(in: try await RawConnection.exchange([text], port: port)).first
                #expect(answer?.status.hasPrefix("HTTP/1.1 422 ") == true, "\(path)")
                #expect(answer?.body.contains(#""field":"cursor""#) == true)
            }
        }
    }

    @Test func `while another process holds the state, writing is 503 with Retry-After, and reading goes on`() async throws {
        let folder = TemporaryFolder("locked")
        let keyring = try Keyring(current: Secret(String(repeating: "k", count: 40)), previous: nil)
        let store = try Store(state: folder.state.location, keyring: keyring, busyTimeout: .milliseconds(100))
        let other = try Store(state: folder.state.location, mode: .existing, keyring: keyring)
        try await serving(store) { port in
            let body = #"{"name":"a","url":"https://receiver.example/","events":["POST_PUBLISHED"]}"#
            let write = """
                POST /api/integrations/webhooks HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer \(Self.token())\r
                Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                """
            let read =
                "GET /api/integrations/webhooks HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer \(Self.token())\r\n\r\n"
            let (locked, unlock) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
            async let holding: Void = other.write { writing in
                // A transaction holds the state from its first statement on.
                _ = try writing.stateSerial()
                locked.continuation.yield()
                unlock.wait()
                // A body may run again after a rollback, and then waits no more.
                unlock.signal()
            }
            _ = await locked.stream.first { _ in true }
            let refused = RawConnection.answers(in: try await RawConnection.exchange([write], port: port)).first
            let shown = RawConnection.answers(in: try await RawConnection.exchange([read], port: port)).first
            unlock.signal()
            try await holding
            #expect(refused?.status == "HTTP/1.1 503 Service Unavailable")
            #expect(refused?.value("retry-after") == "1")
            #expect(refused?.body.contains(#""code":"state_unavailable""#) == true)
            #expect(shown?.status == "HTTP/1.1 200 OK")
            #expect(try await RawConnection.exchange([write], port: port).hasPrefix("HTTP/1.1 201 Created\r\n"))
        }
    }
}
