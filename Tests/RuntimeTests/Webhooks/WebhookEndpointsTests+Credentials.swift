import HTTPTypes
import Spec
import Store
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// Where stored secrets go, who is told of it, and what happens at the same time.
extension WebhookEndpointsTests {
    @Test func `stored header values do not follow a webhook to another address`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let (first, other) = (receiver.url + "/first", receiver.url + "/other")
        let made = try await create([
            ("url", .string(first)), ("headers", ["X-Plain": "a", "Authorization": "Bearer canary-1", "X-Api-Key": "canary-2"]),
        ])
        let path = "/api/integrations/webhooks/\(try #require(made.body["id"]?.string))"
        for body: JSON in [
            ["url": .string(other)],
            ["url": .string(other), "headers": ["Authorization": ["stored": true], "X-Api-Key": ["stored": true]]],
        ] {
            let refused = try await send(.put, path, body)
            #expect(refused.status == 422)
            #expect(refused.body["details"]?.array?.map { $0["field"]?.string } == ["headers.Authorization", "headers.X-Api-Key"])
        }
        #expect(
            try await send(.put, path, ["url": .string(first), "name": "Same address"]).status == 200, "nothing leaves for anywhere else")
        let moved = try await send(
            .put, path, ["url": .string(other), "headers": ["X-Plain": "a", "Authorization": "Bearer new"]])
        #expect(moved.status == 200)
        // What was left out is forgotten, and does not come back by its name.
        #expect(try await send(.put, path, ["headers": ["X-Api-Key": ["stored": true]]]).status == 422)
        try await world.running(engine) {
            let sent = try await send(.post, "\(path)/test")
            let delivery = try #require(sent.body["deliveries"]?.array?.first?["id"]?.string.flatMap { DeliveryID($0) })
            #expect(try await world.delivery(delivery) { $0.status != .pending }?.status == .delivered)
        }
        let request = try #require(receiver.requests.first)
        #expect(request.path == "/other")
        #expect(request.header("Authorization") == "Bearer new")
        #expect(request.header("X-Api-Key") == nil)
        await receiver.stop()
    }

    @Test func `a route does not print the credentials that it sends`() async throws {
        let made = try await create([("headers", ["X-Plain": "canary-1", "Authorization": "canary-2"]), ("secret", "canary-3-canary-3")])
        let id = try #require(made.body["id"]?.string.flatMap { WebhookID($0) })
        let route = try #require(engine.routes.routes[id])
        var dumped = ""
        dump(route, to: &dumped)
        dump(route.headers, to: &dumped)
        #expect(!"\(route) \(String(reflecting: route)) \(route.headers) \(dumped)".contains("canary"))
    }

    private func declare(_ spec: WebhookSpec, preventDestroy: Bool = false, named name: String = "declared") async throws -> String {
        let id = WebhookID(at: .now)
        let record = ResourceRecord(
            address: Address(workspace: "acme", kind: .webhook, name: name), id: id.text, owner: "", origin: .manifest,
            preventDestroy: preventDestroy, specText: spec.json.canonicalText,
            source: SourceLocation(file: "hooks.yaml", line: 7, column: 1), changedBy: "apply", changedAt: .now)
        try await world.store.write { writing in
            try writing.insertResources([record])
            try writing.setSecret(Secret("whsec_AAECAwQFBgcICQoLDA0ODw=="), of: id.text, field: "secret", at: .now)
        }
        try await engine.refresh()
        return "/api/integrations/webhooks/\(id)"
    }

    @Test func `an override is recorded, also of a secret, and preventDestroy holds against it`() async throws {
        let path = try await declare(
            WebhookSpec(name: "Kept", url: "https://example.com", events: ["*"], secret: .environment("HOOK_SECRET")), preventDestroy: true)
        let query = [(name: "override", value: "true")]
        #expect(try await send(.put, path, ["secret": "another-secret-16"], query: query, on: admin).status == 200)
        let id = try #require(WebhookID(String(path.split(separator: "/").last ?? "")))
        // No longer what the reference leads to: drift sees another spec.
        #expect(try await world.store.read { try $0.webhook(id)?.spec.secret } == .stored)
        let kept = try await send(.delete, path, query: query, on: admin)
        #expect(kept.status == 409)
        #expect(kept.body["code"] == "prevent_destroy")
        #expect(try await send(.get, path).status == 200)
        let logs = try await send(.get, "\(path)/logs")
        #expect(logs.body["data"]?.array?.map { $0["action"] } == ["webhook.overridden"])
        let loose = try await declare(WebhookSpec(name: "Loose", url: "https://example.com", events: ["*"]), named: "loose")
        #expect(try await send(.delete, loose, query: query, on: admin).status == 204)
        #expect(try await send(.get, loose).status == 404)
        let left = try await send(.get, "\(loose)/logs")
        #expect(left.body["data"]?.array?.map { $0["message"] } == ["the webhook loose was removed against its manifest"])
        #expect(left.body["data"]?.array?.map { $0["actor"] } == ["root"])
        #expect(try await send(.get, "\(loose)/logs", on: stranger).status == 404)
    }

    @Test func `updates of one webhook at the same time lose nothing of each other`() async throws {
        let id = try #require(try await create().body["id"]?.string)
        let path = "/api/integrations/webhooks/\(id)"
        for round in 0..<10 {
            let changes: [JSON] = [
                ["name": .string("Name \(round)")], ["description": .string("Text \(round)")],
                ["retryConfig": ["maxRetries": .integer(round)]],
            ]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for change in changes { group.addTask { try await send(.put, path, change).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200])
            let after = try await send(.get, path)
            #expect(after.body["name"] == .string("Name \(round)"))
            #expect(after.body["description"] == .string("Text \(round)"))
            #expect(after.body["retryConfig"]?["maxRetries"]?.integer == round)
        }
    }
}
