import Reconciler
import Spec
import Store
import Testing
import Values

struct ApplyTests {
    @Test func `an apply is recorded with who, what and the digest that was shown`() async throws {
        let world = try World()
        let plan = try await world.plan(manifest([scope("a"), scope("b")]))
        let revision = try #require(try await world.apply(plan).revision)
        #expect(
            revision
                == Revision(number: 1, at: World.now, actor: "ann@host", commit: nil, isDirty: false, planDigest: plan.digest, serial: 1))
        let changes = try await world.store.read { try $0.revisionChanges(of: 1) }
        #expect(changes.map(\.address) == [at(.scope, "a"), at(.scope, "b")])
        #expect(changes.map(\.action) == [.create, .create])
    }

    @Test func `an empty plan leaves no revision and no serial`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a")]))
        let applied = try await world.apply(manifest([scope("a")]))
        #expect(applied.revision == nil)
        #expect(try await world.store.read { try $0.stateSerial().serial } == 1)
    }

    @Test func `a plan is stale once something that it read has moved`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a"), scope("b")]))
        let plan = try await world.plan(manifest([scope("a", "Other"), scope("b")]))
        // b is unchanged in the plan, and counts as read.
        try await world.apply(manifest([scope("a"), scope("b", "Moved")]))
        let error = await #expect(throws: ReconcileError.self) { try await world.apply(plan) }
        #expect(error?.code == .stale)
        #expect(error?.message.contains("acme/scope.b") == true)
        #expect(try await world.records()[0].specText == #"{"description":"What it allows"}"#)
    }

    @Test func `what a plan did not read may move`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a", owner: "us")], owner: "us"))
        let plan = try await world.plan(manifest([scope("a", "Other", owner: "us")], owner: "us"))
        try await world.apply(manifest([scope("z", owner: "them")], owner: "them"))
        #expect(try await world.apply(plan).revision?.number == 3)
    }

    @Test func `a resource that appeared meanwhile makes a plan stale`() async throws {
        let world = try World()
        let plan = try await world.plan(manifest([scope("a")]))
        try await world.apply(manifest([scope("a"), scope("b")]))
        let error = await #expect(throws: ReconcileError.self) { try await world.apply(plan) }
        #expect(error?.code == .stale)
    }

    @Test func `an apply that fails half way changes nothing`() async throws {
        struct Failure: Error {}
        let world = try World()
        try await world.apply(manifest([scope("a")]))
        let before = try await world.records()
        let plan = try await world.plan(manifest([scope("b"), webhook("w")]))
        await #expect(throws: Failure.self) {
            try await world.store.write { writing in
                _ = try writing.apply(plan, secrets: [:], by: Author(name: "ann@host"), at: World.now)
                throw Failure()
            }
        }
        #expect(try await world.records() == before)
        #expect(try await world.store.read { try $0.revisions(workspace: nil, limit: 10) }.count == 1)
    }

    @Test func `a removed integration queues one revocation for each connection`() async throws {
        let world = try World()
        let spec = IntegrationSpec(
            name: "CRM", type: .custom, provider: "custom",
            config: .init(
                authorizationUrl: "https://as.example/authorize", tokenUrl: "https://as.example/token",
                revocationUrl: "https://as.example/revoke", clientId: .text("client")))
        try await world.apply(manifest([resource("crm", .integration(spec))]))
        let id = try #require(IntegrationID(try await world.records()[0].id))
        let grant = Grant(
            tokens: ConnectionTokens(access: Secret("access"), refresh: Secret("refresh")), tokenType: "Bearer", scopes: [], metadata: [:],
            expiresAt: nil, dueAt: nil)
        let connections = [ConnectionID(at: World.now), ConnectionID(at: World.now)]
        try await world.store.write { writing in
            for connection in connections {
                _ = try writing.insertConnection(
                    id: connection, workspace: "acme", integration: id, grant: grant, region: nil, by: "ann", at: World.now)
            }
        }
        try await world.apply(manifest([]))
        for connection in connections {
            #expect(try await world.store.read { try $0.revocations(of: connection) }.count == 1)
        }
    }

    @Test func `secrets need a key, and the error says how to make one`() async throws {
        let world = try World(keyring: false)
        let error = await #expect(throws: StoreError.self) { try await world.apply(manifest([webhook("w")])) }
        #expect(error?.code == .sealed)
        #expect(error?.message.contains("openssl rand -base64 32") == true)
        #expect(try await world.records().isEmpty)
    }

    @Test func `a removed reference leaves the signing secret where it is`() async throws {
        let world = try World()
        try await world.apply(
            manifest([webhook("w", secret: .environment("W"))]), secrets: [at(.webhook, "w"): ["secret": Secret("whsec_x")]])
        let applied = try await world.apply(manifest([webhook("w")]))
        #expect(applied.generatedSecrets.isEmpty)
        let id = try await world.records()[0].id
        #expect(try await world.store.read { try $0.secrets(of: id) } == ["secret": Secret("whsec_x")])
    }

    @Test func `a saved plan holds no secret and does exactly what was planned`() async throws {
        let world = try World()
        let keyring = try Keyring(current: World.key)
        let desired = manifest([scope("a"), webhook("w", secret: .environment("W"))])
        let secrets = [at(.webhook, "w"): ["secret": Secret("whsec_canary")]]
        let plan = try await world.plan(desired, secrets: secrets)
        let text = SavedPlan.text(of: plan, timestamp: World.now)
        #expect(!text.contains("whsec_canary"))
        let saved = try SavedPlan(parsing: text)
        #expect(saved.plan.digest == plan.digest)
        try saved.check(secrets, fingerprint: keyring.fingerprint)
        let error = #expect(throws: ReconcileError.self) {
            try saved.check([at(.webhook, "w"): ["secret": Secret("other")]], fingerprint: keyring.fingerprint)
        }
        #expect(error?.code == .stale)
        try await world.apply(saved.plan, secrets: secrets, expectedReads: saved.reads)
        #expect(try await world.plan(desired, secrets: secrets).isEmpty)
        let again = await #expect(throws: ReconcileError.self) {
            try await world.apply(saved.plan, secrets: secrets, expectedReads: saved.reads)
        }
        #expect(again?.code == .stale)
    }

    @Test func `an altered plan file is refused`() async throws {
        let world = try World()
        let text = SavedPlan.text(of: try await world.plan(manifest([scope("a")])), timestamp: World.now)
        let altered = text.replacing("What it allows", with: "What it forbids")
        let error = #expect(throws: ReconcileError.self) { try SavedPlan(parsing: altered) }
        #expect(error?.code == .unreadablePlan)
    }
}
