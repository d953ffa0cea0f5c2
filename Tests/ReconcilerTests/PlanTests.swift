import Reconciler
import Spec
import Store
import Testing
import Values

struct PlanTests {
    @Test func `planning after applying is empty`() async throws {
        let world = try World()
        let desired = manifest([scope("posts:read"), webhook("a"), webhook("b", secret: .environment("B"))])
        let secrets = [at(.webhook, "b"): ["secret": Secret("whsec_b")]]
        let applied = try await world.apply(desired, secrets: secrets)
        #expect(applied.revision?.number == 1)
        #expect(applied.generatedSecrets.map(\.address) == [at(.webhook, "a")])
        let again = try await world.plan(desired, secrets: secrets)
        #expect(again.isEmpty)
        #expect(again.summary == "No changes.")
        #expect(again.changes.map(\.action) == [.noOp, .noOp, .noOp])
    }

    @Test func `an update names only what differs`() async throws {
        let world = try World()
        try await world.apply(manifest([webhook("a", url: "https://example.com/1")]))
        let plan = try await world.plan(manifest([webhook("a", url: "https://example.com/2")]))
        let change = try #require(plan.changes.first)
        #expect(change.fields == [FieldChange(path: "url", kind: .changed(from: "https://example.com/1", to: "https://example.com/2"))])
        #expect(plan.summary == "Plan: 0 to add, 1 to change, 0 to destroy.")
    }

    @Test func `a changed secret is a change without a value`() async throws {
        let world = try World()
        let desired = manifest([webhook("a", secret: .environment("A"))])
        try await world.apply(desired, secrets: [at(.webhook, "a"): ["secret": Secret("whsec_one")]])
        let plan = try await world.plan(desired, secrets: [at(.webhook, "a"): ["secret": Secret("whsec_two")]])
        #expect(plan.changes.first?.fields == [FieldChange(path: "secret", kind: .secret)])
        let shown = PlanText(plan).text + plan.json(timestamp: World.now).text + PlanMarkdown(plan).text
        #expect(shown.contains("~ secret = (changed)"))
        #expect(!shown.contains("whsec_"))
    }

    @Test func `what is no longer declared goes, and stays with pruning off`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a"), scope("b")]))
        let plan = try await world.plan(manifest([scope("a")]))
        #expect(plan.changes.filter { $0.action == .delete }.map(\.address) == [at(.scope, "b")])
        #expect(plan.changes.first { $0.action == .delete }?.reason == .noLongerDeclared)
        #expect(try await world.plan(manifest([scope("a")]), options: PlanOptions(prunes: false)).isEmpty)
    }

    @Test func `another owner's resources are neither pruned nor taken`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("theirs", owner: "them")], owner: "them"))
        #expect(try await world.plan(manifest([], owner: "us")).isEmpty)
        let taking = try await world.plan(manifest([scope("theirs", owner: "us")], owner: "us"))
        #expect(taking.refusals == [.ownership(at(.scope, "theirs"), owner: "them", by: "us")])
        await #expect(throws: ReconcileError.self) { try await world.apply(taking) }
        let pattern = try #require(PlanOptions.TargetPattern("scope.theirs"))
        let options = PlanOptions(takesOwnership: [pattern])
        let taken = try await world.plan(manifest([scope("theirs", owner: "us")], owner: "us"), options: options)
        #expect(taken.refusals.isEmpty)
        #expect(taken.changes.first?.fields == [FieldChange(path: "owner", kind: .changed(from: "them", to: "us"))])
        try await world.apply(taken)
        #expect(try await world.plan(manifest([scope("theirs", owner: "us")], owner: "us")).isEmpty)
    }

    @Test func `prevention of destruction outlives its block`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("kept", preventDestroy: true)]))
        let plan = try await world.plan(manifest([]))
        #expect(plan.refusals == [.preventDestroy(at(.scope, "kept"))])
        await #expect(throws: ReconcileError.self) { try await world.apply(plan) }
        try await world.apply(manifest([scope("kept")]))
        let lifted = try await world.plan(manifest([]))
        #expect(lifted.refusals.isEmpty)
    }

    @Test(arguments: [(3, false), (4, true), (2, false)])
    func `max-deletes refuses above its share and not at it`(deletes: Int, isRefused: Bool) async throws {
        // 30 % of 11 is 3.3.
        let world = try World()
        let all = (0..<11).map { scope("s\($0)") }
        try await world.apply(manifest(all))
        let plan = try await world.plan(manifest(Array(all.dropFirst(deletes)))).guarded(maximumDeletePercent: 30)
        #expect(plan.isRefused == isRefused)
    }

    @Test func `max-deletes counts exactly and lets small states be`() async throws {
        let world = try World()
        let all = (0..<20).map { scope("s\($0)") }
        try await world.apply(manifest(all))
        let six = try await world.plan(manifest(Array(all.dropFirst(6))))
        #expect(!six.guarded(maximumDeletePercent: 30).isRefused)
        #expect(six.guarded(maximumDeletePercent: 29).isRefused)
        let seven = try await world.plan(manifest(Array(all.dropFirst(7))))
        #expect(seven.guarded(maximumDeletePercent: 30).refusals == [.maxDeletes(deletes: 7, existing: 20, percent: 30)])
        let small = try World()
        try await small.apply(manifest(Array(all.prefix(10))))
        #expect(try await !small.plan(manifest([])).guarded(maximumDeletePercent: 0).isRefused)
    }

    @Test func `a move keeps the identity and the secret`() async throws {
        let world = try World()
        try await world.apply(manifest([webhook("old")]))
        let before = try await world.records()[0]
        let secret = try await world.store.read { try $0.secrets(of: before.id) }
        let renamed = resource("new", .webhook(WebhookSpec(name: "old", url: "https://example.com/hook", events: ["POST_PUBLISHED"])))
        let desired = manifest([renamed], moves: [(at(.webhook, "old"), at(.webhook, "new"))])
        let plan = try await world.plan(desired)
        #expect(plan.changes.map(\.previousAddress) == [at(.webhook, "old")])
        #expect(plan.changes.map(\.action) == [.noOp])
        #expect(!plan.isEmpty)
        try await world.apply(plan)
        let after = try await world.records()
        #expect(after.map(\.address) == [at(.webhook, "new")])
        #expect(after.map(\.id) == [before.id])
        #expect(try await world.store.read { try $0.secrets(of: before.id) } == secret)
        #expect(try await world.plan(desired).isEmpty)
    }

    @Test func `targets take along what they need`() async throws {
        let world = try World()
        let policy = resource("production", .keyPolicy(KeyPolicySpec(scopes: ["posts:*"])))
        let desired = manifest([scope("posts:read"), scope("posts:write"), scope("other"), policy])
        let target = try #require(PlanOptions.TargetPattern("key_policy.production"))
        let plan = try await world.plan(desired, options: PlanOptions(targets: [target]))
        #expect(plan.changes.map(\.address.local) == ["scope.posts:read", "scope.posts:write", "key_policy.production"])
        #expect(!plan.isComplete)
    }

    @Test func `a plan is the same whatever the order of declarations`() async throws {
        let world = try World()
        let resources = [scope("a"), scope("b"), webhook("c"), webhook("d")]
        let digest = try await world.plan(manifest(resources)).digest
        for _ in 0..<5 { #expect(try await world.plan(manifest(resources.shuffled())).digest == digest) }
    }

    @Test func `a plan reads and does not write`() async throws {
        let world = try World()
        try await world.apply(manifest([scope("a")]))
        let before = try await world.records()
        _ = try await world.plan(manifest([scope("b")]))
        #expect(try await world.records() == before)
    }

    @Test func `the JSON has Terraform's names`() async throws {
        let world = try World()
        try await world.apply(
            manifest([scope("gone"), webhook("hook", secret: .environment("A"))]), secrets: [at(.webhook, "hook"): ["secret": Secret("x")]])
        let plan = try await world.plan(
            manifest([scope("new"), webhook("hook", url: "https://example.com/2", secret: .environment("A"))]),
            secrets: [at(.webhook, "hook"): ["secret": Secret("y")]])
        let json = plan.json(timestamp: World.now)
        #expect(json["format_version"] == "1.2")
        #expect(json["applyable"] == true)
        #expect(json["complete"] == true)
        #expect(json["errored"] == false)
        #expect(json["timestamp"] == "2026-09-21T14:13:20Z")
        #expect(json["base"]?["serial"] == 1)
        let changes = try #require(json["resource_changes"]?.array)
        #expect(changes.map { $0["address"] } == ["scope.gone", "scope.new", "webhook.hook"])
        #expect(changes.map { $0["change"]?["actions"] } == [["delete"], ["create"], ["update"]])
        #expect(changes[0]["action_reason"] == "delete_because_no_resource_config")
        #expect(changes[0]["change"]?["after"] == .null)
        #expect(changes[2]["type"] == "webhook")
        #expect(changes[2]["name"] == "hook")
        #expect(changes[2]["change"]?["before_sensitive"] == ["secret": true])
        #expect(changes[2]["change"]?["after_sensitive"] == ["secret": true])
        #expect(changes[2]["source"] == ["file": "m.yaml", "line": 1, "column": 3])
    }
}
