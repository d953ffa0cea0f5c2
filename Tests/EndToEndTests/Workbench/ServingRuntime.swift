import Foundation
import Spec
import TestSupport
import Values

/// A running `reconcile serve`.
struct ServingRuntime: Sendable {
    let process: RunningProcess
    let port: Int
    /// The management API, with an admin's token.
    let admin: API
    /// The same address without any credential.
    let anybody: API

    init(process: RunningProcess, port: Int, token: String) {
        self.process = process
        self.port = port
        anybody = API(url: "http://127.0.0.1:\(port)")
        admin = API(url: "http://127.0.0.1:\(port)", headers: [("Authorization", "Bearer \(token)")])
    }

    /// Returns once `/readyz` answers 200; fails at once where the process ends.
    func isReady(within limit: Duration) async throws {
        _ = try await eventually("/readyz", within: limit) {
            if let exit = process.exit { throw EndToEndError("serve ended with \(exit.code)\n\(process.said)") }
            return (try? await anybody.get("/readyz").status) == 200 ? true : nil
        }
    }

    /// Asks for an orderly end and waits for it.
    @discardableResult
    func stop(within limit: Duration = .seconds(20)) async throws -> RunningProcess.Exit {
        process.signal(SIGTERM)
        return try await process.ended(within: limit)
    }

    /// The answer to a key check.
    func check(_ key: String, query: String = "") async throws -> Answer {
        try await anybody.call("GET", "/auth/check\(query)", headers: [("X-API-Key", key)])
    }

    /// Makes a key and returns its id and text.
    func createKey(_ name: String, scopes: [String] = ["posts:read"], perHour: Int? = nil) async throws -> (id: String, key: String) {
        var body = JSONObject([("name", .string(name)), ("scopes", .strings(scopes))])
        body["rateLimitPerHour"] = perHour.map { .integer($0) }
        body["rateLimitPerDay"] = perHour.map { .integer($0 * 100) }
        return try await createKey(body)
    }

    /// Makes a key under a policy.
    func createKey(_ name: String, policy: String) async throws -> (id: String, key: String) {
        try await createKey(JSONObject([("name", .string(name)), ("policy", .string(policy))]))
    }

    private func createKey(_ body: JSONObject) async throws -> (id: String, key: String) {
        let answer = try await admin.post("/api/integrations/api-keys", .object(body)).expect(201)
        guard let id = answer.json["id"]?.string, let key = answer.json["key"]?.string else {
            throw EndToEndError("no id or key in \(answer.text)")
        }
        return (id, key)
    }

    /// The ids of the webhooks, by display name.
    func webhookIDs() async throws -> [String: String] {
        let list = try await admin.get("/api/integrations/webhooks?limit=200").expect(200)
        var ids: [String: String] = [:]
        for webhook in list.json["data"]?.array ?? [] {
            if let name = webhook["name"]?.string { ids[name] = webhook["id"]?.string }
        }
        return ids
    }

    /// The newest deliveries of a webhook.
    func deliveries(of webhook: String) async throws -> [JSON] {
        try await admin.get("/api/integrations/webhooks/\(webhook)/deliveries?limit=200").expect(200).json["data"]?.array ?? []
    }
}
