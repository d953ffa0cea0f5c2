import Reconciler
import Spec
import Store
import Testing
import Values

/// The counts of a plan beside what the runtime's tables hold.
struct ImpactTests {
    private func policy(_ name: String, _ scopes: [String], perHour: Int? = nil) -> Resource {
        resource(name, .keyPolicy(KeyPolicySpec(scopes: scopes, rateLimitPerHour: perHour)))
    }

    private func insertKeys(
        _ count: Int, in world: World, policy: String?, scopes: [String]?, limits: RateLimits = RateLimits(), used: Int = 0,
        status: APIKeyRecord.Status = .active
    ) async throws {
        try await world.store.write { writing in
            for _ in 0..<count {
                let id = APIKeyID(at: World.now)
                _ = try writing.insertAPIKey(
                    APIKeyRecord(
                        id: id, workspace: "acme", name: "Key", hash: Array(id.text.utf8), hint: "…", policy: policy, scopes: scopes,
                        limits: limits,
                        status: status, createdAt: World.now, createdBy: "test"))
                guard used > 0 else { continue }
                _ = try writing.reserveLimits([
                    LimitClaim(
                        subject: id.text, window: .hour, start: LimitWindow.hour.start(of: World.now), limit: 1000, demand: used,
                        takesSpare: false)
                ])[0]
            }
        }
    }

    private func notes(_ plan: Plan, _ address: Address) -> [String] {
        plan.changes.first { $0.address == address }?.impact.map(\.text) ?? []
    }

    @Test func `keys that lose a scope are counted, by their own scopes and their policy's`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("posts:read"), scope("posts:write"), policy("p", ["posts:*"])]))
        try await insertKeys(3, in: world, policy: "p", scopes: nil)
        try await insertKeys(1, in: world, policy: "p", scopes: ["posts:write"])
        try await insertKeys(5, in: world, policy: "p", scopes: ["posts:read"])
        try await insertKeys(7, in: world, policy: "p", scopes: nil, status: .revoked)
        let narrowed = try await world.plan(manifest([scope("posts:read"), scope("posts:write"), policy("p", ["posts:read"])]))
        #expect(notes(narrowed, at(.keyPolicy, "p")) == ["4 keys lose posts:write"])
        try await insertKeys(2, in: world, policy: nil, scopes: ["posts:write"])
        let gone = try await world.plan(manifest([scope("posts:read"), policy("p", ["posts:*"])]))
        #expect(notes(gone, at(.scope, "posts:write")) == ["6 keys lose posts:write"])
        #expect(PlanText(gone).text.contains("    ! 6 keys lose posts:write\n"))
    }

    @Test func `keys above a lowered limit are those that were given more or have used more, and fresh ones are not`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a"), policy("p", ["a"], perHour: 100)]))
        try await insertKeys(5, in: world, policy: "p", scopes: nil)
        let lowered = manifest([scope("a"), policy("p", ["a"], perHour: 50)])
        #expect(notes(try await world.plan(lowered), at(.keyPolicy, "p")) == [])
        try await insertKeys(1, in: world, policy: "p", scopes: nil, limits: RateLimits(perHour: 51))
        #expect(notes(try await world.plan(lowered), at(.keyPolicy, "p")) == ["1 key is above the lowered limit of 50 per hour"])
        try await insertKeys(1, in: world, policy: "p", scopes: nil, limits: RateLimits(perHour: 50))
        try await insertKeys(2, in: world, policy: "p", scopes: nil, used: 51)
        try await insertKeys(1, in: world, policy: "p", scopes: nil, used: 50)
        #expect(notes(try await world.plan(lowered), at(.keyPolicy, "p")) == ["3 keys are above the lowered limit of 50 per hour"])
        #expect(notes(try await world.plan(manifest([scope("a"), policy("p", ["a"], perHour: 200)])), at(.keyPolicy, "p")).isEmpty)
    }

    @Test func `keys of a removed policy stop working`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a"), policy("p", ["a"], perHour: 100)]))
        try await insertKeys(2, in: world, policy: "p", scopes: nil)
        #expect(notes(try await world.plan(manifest([scope("a")])), at(.keyPolicy, "p")) == ["2 keys of this policy stop working"])
    }

    @Test func `pending deliveries of a removed webhook are counted, and dropped`() async throws {
        let world = try World()
        try await world.apply(manifest([webhook("w")]))
        let id = try #require(WebhookID(try await world.records()[0].id))
        try await world.store.write { writing in
            for _ in 0..<3 {
                _ = try writing.storeEvent(
                    NewEvent(
                        id: EventID(at: World.now), workspace: "acme", type: "POST_PUBLISHED", idempotencyKey: nil, body: "{}",
                        createdAt: World.now),
                    deliveries: [NewDelivery(id: DeliveryID(at: World.now), webhookID: id, retries: 3, state: .due)])
            }
        }
        let plan = try await world.plan(manifest([]))
        #expect(notes(plan, at(.webhook, "w")) == ["3 pending deliveries are dropped"])
        try await world.apply(plan)
        #expect(try await world.store.read { try $0.pendingDeliveryCounts(of: [id])[id] ?? 0 } == 0)
    }

    @Test func `connections notice another client, further scopes and the end`() async throws {
        let world = try World()
        func integration(client: String = "one", scopes: [String] = ["read"]) -> Resource {
            resource(
                "crm",
                .integration(
                    IntegrationSpec(
                        name: "CRM", type: .crm, provider: "custom", scopes: scopes,
                        config: IntegrationSpec.Config(
                            authorizationUrl: "https://example.com/authorize", tokenUrl: "https://example.com/token",
                            clientId: .text(client)))))
        }
        try await world.apply(manifest([integration()]))
        let id = try #require(IntegrationID(try await world.records()[0].id))
        try await world.store.write { writing in
            _ = try writing.insertConnection(
                id: ConnectionID(at: World.now), workspace: "acme", integration: id,
                grant: Grant(
                    tokens: ConnectionTokens(access: Secret("token"), refresh: nil), tokenType: "Bearer", scopes: ["read"], metadata: [:],
                    expiresAt: nil, dueAt: nil), region: nil, by: "test", at: World.now)
        }
        let address = at(.integration, "crm")
        #expect(notes(try await world.plan(manifest([integration(client: "two")])), address) == ["1 connection must be authorised again"])
        #expect(
            notes(try await world.plan(manifest([integration(scopes: ["read", "write"])])), address) == [
                "1 connection must be authorised again"
            ])
        #expect(notes(try await world.plan(manifest([integration(scopes: [])])), address).isEmpty)
        #expect(notes(try await world.plan(manifest([])), address) == ["1 connection is revoked"])
    }

    @Test(arguments: [
        ("https://new.example/token", nil), ("https://example.com/token", "https://new.example/revoke"),
    ])
    func `connections are parted from their tokens when a manifest changes where these go`(tokenUrl: String, revocationUrl: String?)
        async throws
    {
        let world = try World()
        func integration(_ tokenUrl: String, _ revocationUrl: String?) -> Resource {
            resource(
                "crm",
                .integration(
                    IntegrationSpec(
                        name: "CRM", type: .crm, provider: "custom",
                        config: IntegrationSpec.Config(
                            authorizationUrl: "https://example.com/authorize", tokenUrl: tokenUrl, revocationUrl: revocationUrl,
                            clientId: .text("one")))))
        }
        try await world.apply(manifest([integration("https://example.com/token", "https://example.com/revoke")]))
        let id = try #require(IntegrationID(try await world.records()[0].id))
        let connection = ConnectionID(at: World.now)
        try await world.store.write { writing in
            _ = try writing.insertConnection(
                id: connection, workspace: "other", integration: id,
                grant: Grant(
                    tokens: ConnectionTokens(access: Secret("access"), refresh: Secret("refresh")), tokenType: "Bearer", scopes: ["read"],
                    metadata: [:], expiresAt: nil, dueAt: World.now), region: nil, by: "test", at: World.now)
        }
        // Another path of the same host is no other party.
        try await world.apply(manifest([integration("https://example.com/v2/token", "https://example.com/revoke")]))
        #expect(try await world.store.read { try $0.connection(connection)?.status } == .active)

        let plan = try await world.plan(manifest([integration(tokenUrl, revocationUrl ?? "https://example.com/revoke")]))
        #expect(notes(plan, at(.integration, "crm")) == ["1 connection must be authorised again"])
        #expect(PlanText(plan).text.contains("! 1 connection must be authorised again"))
        try await world.apply(plan)
        let marked = try #require(try await world.store.read { try $0.connection(connection) })
        #expect(marked.status == .needsReauthorization)
        #expect(!marked.isRefreshable)
        #expect(marked.dueAt == nil)
        #expect(try await world.store.read { try $0.connectionTokens(connection)?.access.isEmpty } == true)
        let revocations = try await world.store.read { try $0.revocations(of: connection) }
        #expect(revocations.map(\.url) == ["https://example.com/revoke"])
        #expect(revocations.first?.tokens == ConnectionTokens(access: Secret("access"), refresh: Secret("refresh")))
        let logs = try await world.store.read { try $0.logs(ofIntegration: id, workspace: "other", before: nil, limit: 9) }
        #expect(logs.map(\.action) == ["connections.reauthorization_required"])
        // Removing the integration afterwards has nothing left to send anywhere.
        try await world.apply(manifest([]))
        #expect(try await world.store.read { try $0.revocations(of: connection) }.count == 1)
    }

    @Test func `the API's override of a declared webhook is drift, until an apply undoes it`() async throws {
        let world = try World()
        try await world.apply(manifest([webhook("w", url: "https://example.com/declared")]))
        let id = try #require(WebhookID(try await world.records()[0].id))
        let later = World.now + .seconds(60)
        try await world.store.write { writing in
            guard var record = try writing.webhook(id) else { return }
            record.spec.url = "https://example.com/overridden"
            try writing.updateWebhook(id, spec: record.spec, clearsDisabled: false, at: later, by: "admin")
        }
        let plan = try await world.plan(manifest([webhook("w", url: "https://example.com/declared")]))
        #expect(plan.drift.map(\.address) == [at(.webhook, "w")])
        #expect(
            plan.drift.first?.fields == [
                FieldChange(path: "url", kind: .changed(from: "https://example.com/declared", to: "https://example.com/overridden"))
            ])
        #expect(plan.changes.first?.reason == .drifted)
        try await world.apply(plan, at: later + .seconds(1))
        let settled = try await world.plan(manifest([webhook("w", url: "https://example.com/declared")]))
        #expect(settled.isEmpty)
        #expect(settled.drift.isEmpty)
    }

    @Test func `a changed URL clears DISABLED and nothing else does`() async throws {
        let world = try World()
        try await world.apply(manifest([webhook("w")]))
        let id = try #require(WebhookID(try await world.records()[0].id))
        _ = try await world.store.write {
            try $0.noteReceivers(
                [ReceiverOutcome(webhook: id, url: "https://example.com/hook", failures: 1, failingSince: World.now, refusal: "410")],
                longest: .zero, at: World.now)
        }
        try await world.apply(manifest([webhook("w", events: ["POST_FAILED"])]))
        #expect(try await world.store.read { try $0.webhook(id)?.disabledAt } == World.now)
        try await world.apply(manifest([webhook("w", url: "https://example.com/new", events: ["POST_FAILED"])]))
        #expect(try await world.store.read { try $0.webhook(id)?.disabledAt } == nil)
    }
}
