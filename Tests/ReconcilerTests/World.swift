import Foundation
import Reconciler
import Spec
import Store
import TestSupport
import Values

/// A state of its own, and the steps that the tests repeat.
struct World {
    let folder = TemporaryFolder("reconciler")
    let store: Store

    static let key = Secret(String(repeating: "k", count: 40))
    static let now = Timestamp(milliseconds: 1_790_000_000_000)

    init(keyring: Bool = true) throws {
        store = try Store(state: folder.state.location, keyring: keyring ? Keyring(current: Self.key) : nil)
    }

    func plan(
        _ manifest: Manifest, secrets: [Address: [String: Secret]] = [:], options: PlanOptions = PlanOptions()
    ) async throws -> Plan {
        try await store.read { try $0.plan(for: manifest, secrets: secrets, options: options, at: Self.now) }
    }

    @discardableResult
    func apply(
        _ manifest: Manifest, secrets: [Address: [String: Secret]] = [:], options: PlanOptions = PlanOptions(), at now: Timestamp = Self.now
    ) async throws -> Applied {
        let plan = try await plan(manifest, secrets: secrets, options: options)
        return try await apply(plan, secrets: secrets, at: now)
    }

    @discardableResult
    func apply(
        _ plan: Plan, secrets: [Address: [String: Secret]] = [:], expectedReads: [Address: String]? = nil, at now: Timestamp = Self.now
    ) async throws -> Applied {
        try await store.write {
            try $0.apply(plan, secrets: secrets, by: Author(name: "ann@host"), at: now, expectedReads: expectedReads)
        }
    }

    /// Every row of the declared kinds, sorted.
    func records(_ workspace: String = "acme") async throws -> [ResourceRecord] {
        try await store.read { try $0.resources(in: workspace) }.sorted { $0.address < $1.address }
    }
}

func at(_ kind: ResourceKind, _ name: String, in workspace: String = "acme") -> Address {
    Address(workspace: workspace, kind: kind, name: name)
}

func resource(
    _ name: String, _ spec: ResourceSpec, workspace: String = "acme", owner: String = "", line: Int = 1, preventDestroy: Bool = false
) -> Resource {
    Resource(
        address: at(spec.kind, name, in: workspace), owner: owner, source: SourceLocation(file: "m.yaml", line: line, column: 3),
        preventDestroy: preventDestroy, spec: spec)
}

func scope(_ name: String, _ description: String = "What it allows", owner: String = "", preventDestroy: Bool = false) -> Resource {
    resource(name, .scope(ScopeSpec(description: description)), owner: owner, preventDestroy: preventDestroy)
}

func webhook(
    _ name: String, url: String = "https://example.com/hook", events: [String] = ["POST_PUBLISHED"], secret: SecretSource? = nil,
    owner: String = ""
) -> Resource {
    resource(name, .webhook(WebhookSpec(name: name, url: url, events: events, secret: secret)), owner: owner)
}

func manifest(_ resources: [Resource], owner: String = "", moves: [(Address, Address)] = []) -> Manifest {
    Manifest(
        domains: [Manifest.Domain(workspace: "acme", owner: owner)], resources: resources,
        moves: moves.map { Manifest.Move(from: $0.0, to: $0.1, source: SourceLocation(file: "m.yaml", line: 1, column: 1)) })
}
