import Curl
import Foundation
import TestSupport
import Values

/// A real authorization server on a loopback port: glewlwyd of Debian, with PKCE required and one-use refresh tokens
/// whose reuse ends the whole family.
final class Glewlwyd: Sendable {
    let base: String
    let client = HTTPClient(policy: AddressPolicy(allowed: [CIDR("127.0.0.0/8")].compactMap { $0 }))
    private let folder = TemporaryFolder("glewlwyd")
    private let process: RunningProcess
    private let port: Int

    static let clientID = "framework"
    static let clientSecret = "not-much-of-a-secret"
    static let redirectURI = "http://127.0.0.1:9/callback"

    /// Starts it and makes a scope, the OpenID plugin, a client and a user who has consented.
    init() async throws {
        port = try await freePort()
        base = "http://127.0.0.1:\(port)"
        let database = try RunningProcess(
            "/bin/sh",
            [
                "-c",
                "gzip -dc /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | \(try Peer.sqlite.require()) \(folder.file("state.db"))",
            ],
            environment: ["PATH": "/usr/bin:/bin"])
        try await database.ended()
        try FileManager.default.createDirectory(atPath: folder.file("middleware"), withIntermediateDirectories: true)
        try folder.write(Self.configuration(port: port, folder: folder), to: "glewlwyd.conf")
        process = try RunningProcess(try Peer.glewlwyd.require(), ["--config-file=\(folder.file("glewlwyd.conf"))"])
        try await waitForPort(port)
        try await prepare()
    }

    func stop() async throws {
        process.signal(SIGTERM)
        try await process.ended()
        client.shutdown()
    }

    /// What the user's browser does with the address: the server redirects with the code, and this returns the parameters.
    func authorize(_ address: String) async throws -> [(String, String)] {
        let cookie = try await login("alice", "alice-password")
        let answer = try await send("GET", String(address.dropFirst(base.count)) + "&g_continue=1", cookie: cookie)
        guard answer.status == 302, let location = answer.header("Location"), let mark = location.firstIndex(of: "?") else {
            throw EndToEndError("glewlwyd answered \(answer.status) \(answer.header("Location") ?? "") to the authorization request")
        }
        return location[location.index(after: mark)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]).removingPercentEncoding ?? "" : "")
        }
    }

    /// RFC 7662, as the client.
    func isActive(_ token: Secret, hint: String) async throws -> Bool {
        let credential = Data("\(Self.clientID):\(Self.clientSecret)".utf8).base64EncodedString()
        let answer = try await client.send(
            OutgoingRequest(
                method: "POST", url: "\(base)/api/oidc/introspect",
                headers: [("Authorization", "Basic \(credential)"), ("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("token=\(token.reveal())&token_type_hint=\(hint)".utf8), timeout: .seconds(10)))
        return try JSON(parsing: answer.body)["active"] == true
    }

    private func prepare() async throws {
        let admin = try await login("admin", "password")
        try await make(
            "/api/scope/",
            [
                "name": "read", "display_name": "read", "description": "read", "password_required": true, "password_max_age": 0,
                "scheme": [:], "scheme_required": [:],
            ], admin)
        try await make(
            "/api/mod/plugin/", ["module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": plugin], admin)
        try await make(
            "/api/client/?source=database",
            [
                "client_id": .string(Self.clientID), "name": "framework", "confidential": true, "enabled": true,
                "client_secret": .string(Self.clientSecret), "password": .string(Self.clientSecret),
                "redirect_uri": [.string(Self.redirectURI)],
                "authorization_type": ["code", "refresh_token"], "scope": ["read"],
                "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
            ], admin)
        try await make(
            "/api/user/?source=database",
            [
                "username": "alice", "name": "Alice", "password": "alice-password", "scope": ["read", "openid", "g_profile"],
                "enabled": true,
            ], admin)
        let alice = try await login("alice", "alice-password")
        let grant = try await send("PUT", "/api/auth/grant/\(Self.clientID)", ["scope": "read openid"], cookie: alice)
        guard grant.status == 200 else { throw EndToEndError("glewlwyd answered \(grant.status) to the consent") }
    }

    private var plugin: JSON {
        var object = JSONObject()
        object["iss"] = .string("\(base)/api/oidc")
        object["jwt-type"] = "sha"
        object["jwt-key-size"] = "256"
        object["key"] = "a-key-for-tests-and-nothing-else-at-all"
        object["access-token-duration"] = 3600
        object["refresh-token-duration"] = 1_209_600
        object["code-duration"] = 600
        object["refresh-token-one-use"] = "always"
        object["scope"] = [["name": "read", "refresh-token-rolling": true]]
        object["allowed-scope"] = ["openid"]
        object["subject-type"] = "public"
        for name in [
            "refresh-token-rolling", "allow-non-oidc", "auth-type-code-enabled", "auth-type-code-revoke-replayed",
            "auth-type-refresh-enabled",
            "pkce-allowed", "pkce-required", "introspection-revocation-allowed", "introspection-revocation-allow-target-client",
        ] { object[name] = true }
        for name in ["token", "id-token", "none", "password", "client", "device"] { object["auth-type-\(name)-enabled"] = false }
        for name in ["pkce-method-plain-allowed", "oauth-par-allowed", "oauth-dpop-allowed"] { object[name] = false }
        return .object(object)
    }

    private func make(_ path: String, _ body: JSON, _ cookie: String) async throws {
        let answer = try await send("POST", path, body, cookie: cookie)
        guard answer.status == 200 else {
            throw EndToEndError("glewlwyd answered \(answer.status) to POST \(path): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    private func login(_ name: String, _ password: String) async throws -> String {
        let answer = try await send("POST", "/api/auth/", ["username": .string(name), "password": .string(password)])
        guard answer.status == 200, let cookie = answer.header("Set-Cookie")?.split(separator: ";").first else {
            throw EndToEndError("glewlwyd did not let \(name) in: \(answer.status)")
        }
        return String(cookie)
    }

    private func send(_ method: String, _ path: String, _ body: JSON? = nil, cookie: String? = nil) async throws -> IncomingResponse {
        var headers: [(name: String, value: String)] = []
        if body != nil { headers.append(("Content-Type", "application/json")) }
        if let cookie { headers.append(("Cookie", cookie)) }
        return try await client.send(
            OutgoingRequest(method: method, url: base + path, headers: headers, body: body?.utf8, timeout: .seconds(10)))
    }

    private static func configuration(port: Int, folder: TemporaryFolder) -> String {
        """
        port=\(port)
        bind_address="127.0.0.1"
        external_url="http://127.0.0.1:\(port)/"
        login_url="login.html"
        api_prefix="api"
        log_mode="file"
        log_level="ERROR"
        log_file="\(folder.file("log"))"
        cookie_secure=0
        session_expiration=3600
        session_key="GLEWLWYD2_SESSION_ID"
        admin_scope="g_admin"
        profile_scope="g_profile"
        hash_algorithm="SHA512"
        user_module_path="/usr/lib/glewlwyd/user"
        client_module_path="/usr/lib/glewlwyd/client"
        user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
        plugin_module_path="/usr/lib/glewlwyd/plugin"
        user_middleware_module_path="\(folder.file("middleware"))"
        database = { type = "sqlite3" path = "\(folder.file("state.db"))"; };
        """
    }
}
