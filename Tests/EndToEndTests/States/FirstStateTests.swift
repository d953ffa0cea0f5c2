import Foundation
import OpenSSL
import TestSupport
import Testing
import Values

/// A state that the first version wrote, with the version at hand, in its file and copied to PostgreSQL and back: nothing of it is lost,
/// and everything goes on.
@Suite(.serialized, .enabled(if: TestState.isFile, "the first version knew files alone"))
struct FirstStateTests {
    @Test(arguments: FirstState.Place.atHand)
    func `its manifest plans no changes, its history is whole, and a rollback leads back and forth`(place: FirstState.Place) async throws {
        let first = try await FirstState.open(place)
        let bench = first.bench
        #expect(try await bench.succeed("plan", "manifest.yaml", "--detailed-exitcode").output == "No changes.\n")
        #expect(try await bench.succeed("drift", "--detailed-exitcode").output.hasPrefix("No drift"))
        let history = try await bench.succeed("history", "--format", "json").json["data"]?.array ?? []
        #expect(history.map { $0["revision"]?.integer } == [3, 2, 1])
        #expect(history.map { $0["actor"]?.string } == Array(repeating: "keeper@desk", count: 3))

        let back = try await bench.succeed("rollback", "2", "--auto-approve").output
        #expect(back.contains("- integration.crm"), "\(back)")
        #expect(try await bench.run("plan", "manifest.yaml", "--detailed-exitcode").code == 2)
        try await bench.succeed("rollback", "3", "--auto-approve")
        #expect(try await bench.succeed("plan", "manifest.yaml").output == "No changes.\n")
        #expect(try await bench.succeed("history", "--format", "json").json["data"]?.array?.count == 5)
        await first.stop()
    }

    @Test(arguments: FirstState.Place.atHand)
    func `its keys are what they were, and their limits go on where they stood`(place: FirstState.Place) async throws {
        try await waitOutHourEdge(20)
        let first = try await FirstState.open(place)
        let runtime = try await first.bench.serve()
        let codes = [
            "partly used": "VALID", "narrowed": "VALID", "free": "VALID", "successor": "VALID", "on trial": "EXPIRED", "revoked": "REVOKED",
            "disabled": "DISABLED", "rotated": "ROTATED",
        ]
        for (name, code) in codes {
            let verdict = try await runtime.admin.post(
                "/api/integrations/api-keys/verify", ["key": .string(try first.key(name)), "cost": 0]
            ).expect(200).json
            #expect(verdict["code"]?.string == code, "\(name): \(verdict.text)")
            #expect(verdict["keyId"]?.string == (try first.fact("keys", name, "id")), "\(name)")
        }
        let narrowed = try await runtime.admin.get("/api/integrations/api-keys/\(try first.fact("keys", "narrowed", "id"))").expect(200)
            .json
        #expect(narrowed["scopes"] == ["posts:read"])
        #expect(narrowed["metadata"] == ["plan": "pro"])
        #expect(narrowed["owner"]?.string == "billing")
        #expect(narrowed["rateLimitPerHour"]?.integer == 3)

        // Four of ten were used under the first version, and one of ten by the key that `successor` replaced.
        #expect(try await runtime.check(try first.key("successor")).expect(200).header("X-RateLimit-Remaining") == "8")
        for left in (0..<6).reversed() {
            #expect(try await runtime.check(try first.key("partly used")).expect(200).header("X-RateLimit-Remaining") == "\(left)")
        }
        #expect(try await runtime.check(try first.key("partly used")).status == 429)
        #expect(try await runtime.check(try first.key("free"), query: "?scope=events:write").status == 200)
        #expect(try await runtime.check(try first.key("revoked")).status == 401)
        try await runtime.stop()
        await first.stop()
    }

    @Test(arguments: FirstState.Place.atHand)
    func `its backlog is delivered with valid signatures, and what had ended stays so`(place: FirstState.Place) async throws {
        let first = try await FirstState.open(place)
        let runtime = try await first.bench.serve()
        await first.receiver.waitForRequests(3)
        // The overlap of a rotation ends by the clock; until then the reference's signature is the old secret's.
        let rotation = [try first.fact("rotation", "new"), try first.fact("rotation", "old")]
        let secrets = ["/posts": [try first.fact("environment", "FIRST_HOOK_SECRET")], "/everything": rotation]
        #expect(try await first.bench.succeed("webhooks", "secret", "everything").output == rotation[0] + "\n")
        var delivered: [String: [String]] = [:]
        for request in first.receiver.requests {
            try verify(request, secrets: try #require(secrets[request.path], "a delivery to \(request.path), which is owed none"))
            let data = try JSON(parsing: request.text)["data"]
            delivered[request.path, default: []].append((data?["postId"] ?? data?["invoiceId"])?.string ?? request.text)
            if request.path == "/posts" {
                #expect(request.header("X-Secret") == (try first.fact("environment", "FIRST_HEADER")))
                #expect(request.header("X-Plain") == "plain")
            }
        }
        // The attempt that a power cut interrupted, the one that was to be repeated, and the one that was never made.
        #expect(delivered.mapValues { $0.sorted() } == ["/posts": ["post_4"], "/everything": ["inv_1", "inv_3"]])

        for (name, expected) in [("posts", 2), ("everything", 7)] {
            let id = try first.fact("webhooks", name)
            _ = try await eventually("all deliveries of \(name) delivered") {
                let statuses = try await runtime.deliveries(of: id).map { $0["status"]?.string }
                return statuses.count == expected && statuses.allSatisfy { $0 == "DELIVERED" } ? true : nil
            }
        }
        for (name, status) in [("brief", "EXHAUSTED"), ("gone", "EXHAUSTED"), ("resting", "PENDING")] {
            #expect(Set(try await runtime.deliveries(of: try first.fact("webhooks", name)).map { $0["status"]?.string }) == [status])
        }
        let gone = try await runtime.admin.get("/api/integrations/webhooks/\(try first.fact("webhooks", "gone"))").expect(200).json
        #expect(gone["status"]?.string == "DISABLED")

        // An event that was handed in under the first version is not taken a second time.
        let again = try await runtime.admin.post(
            "/api/events",
            ["event": "POST_PUBLISHED", "data": ["postId": "post_1", "title": "Grüße 🎉", "ratio": 0.1], "id": "first-event"])
        #expect(again.status == 202)
        #expect(again.json["id"]?.string == (try first.fact("event")))
        #expect(try await runtime.admin.get("/api/events").expect(200).json["data"]?.array?.count == 7)
        try await runtime.stop()
        #expect(first.receiver.requests.count == 3)
        await first.stop()
    }

    @Test(arguments: FirstState.Place.atHand)
    func `its connections are renewed with the tokens they had, and a revocation that was owed is made`(place: FirstState.Place)
        async throws
    {
        let first = try await FirstState.open(place)
        let runtime = try await first.bench.serve()
        _ = try await eventually("the renewal and the revocation") {
            let paths = first.provider.requests.map(\.path)
            return paths.contains("/token") && paths.contains("/revoke") ? true : nil
        }
        let renewal = try #require(first.provider.requests.first { $0.path == "/token" })
        #expect(renewal.text.contains("refresh_token=first-refresh-2"), "\(renewal.text)")
        let revoked = first.provider.requests.filter { $0.path == "/revoke" }.map(\.text)
        #expect(revoked.contains { $0.contains("token=first-refresh-3") }, "\(revoked)")

        let lasting = try first.fact("connections", "lasting")
        let connection = try await runtime.admin.post("/api/integrations/connections/\(lasting)/refresh").expect(200).json
        #expect(connection["status"]?.string == "ACTIVE")
        let last = try #require(first.provider.requests.last { $0.path == "/token" })
        #expect(last.text.contains("refresh_token=first-refresh-1"), "\(last.text)")
        let listed = try await runtime.admin.get("/api/integrations/connections").expect(200).json["data"]?.array ?? []
        #expect(Set(listed.compactMap { $0["id"]?.string }) == [lasting, try first.fact("connections", "due")])
        try await runtime.stop()
        await first.stop()
    }

    /// Standard Webhooks 1.0 by the newest secret, and the reference's signature by one of them, computed here.
    private func verify(_ request: ScriptedReceiver.Request, secrets: [String]) throws {
        let plain = secrets.map { Hex.encode(HMACSHA256(key: Array($0.utf8)).authenticate(request.body)) }
        let reference = try #require(request.header("X-Webhook-Signature"))
        #expect(plain.contains(reference))
        let newest = try #require(secrets.first)
        let key = try #require(Base64.decode(newest.dropFirst("whsec_".count)))
        let id = try #require(request.header("webhook-id"))
        let timestamp = try #require(request.header("webhook-timestamp"))
        let standard = HMACSHA256(key: key).authenticate(Array("\(id).\(timestamp).".utf8) + request.body)
        let signatures = try #require(request.header("webhook-signature")).split(separator: " ").map(String.init)
        #expect(signatures.contains("v1,\(Base64.encode(standard))"))
    }
}
