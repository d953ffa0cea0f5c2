package import Values

/// Everything that the manifests of one run declare, validated and merged: the desired state.
///
/// Independent of the order of files and documents: resources are sorted by address.
package struct Manifest: Sendable, Equatable {
    /// Workspace and owner of every document, also of one that declares nothing: prune works within these.
    package var domains: Set<Domain>
    package var resources: [Resource]
    package var moves: [Move]

    package init(domains: Set<Domain>, resources: [Resource], moves: [Move]) {
        self.domains = domains
        let isSorted = resources.indices.dropFirst().allSatisfy { resources[$0 - 1].address < resources[$0].address }
        self.resources = isSorted ? resources : resources.sorted { $0.address < $1.address }
        self.moves = moves
    }

    /// Which manifests a resource belongs to. `owner` is empty where the documents name none.
    package struct Domain: Sendable, Hashable, Comparable {
        package var workspace: String
        package var owner: String

        package init(workspace: String, owner: String) {
            self.workspace = workspace
            self.owner = owner
        }

        package static func < (a: Domain, b: Domain) -> Bool {
            a.workspace.isExactly(b.workspace) ? a.owner.precedes(b.owner) : a.workspace.precedes(b.workspace)
        }

        package static func == (a: Domain, b: Domain) -> Bool {
            a.workspace.isExactly(b.workspace) && a.owner.isExactly(b.owner)
        }

        package func hash(into hasher: inout Hasher) {
            workspace.hashBytes(into: &hasher)
            owner.hashBytes(into: &hasher)
        }
    }

    /// A rename that keeps the identity: id, secrets, deliveries, connections.
    package struct Move: Sendable, Equatable {
        package var from: Address
        package var to: Address
        package var source: SourceLocation

        package init(from: Address, to: Address, source: SourceLocation) {
            self.from = from
            self.to = to
            self.source = source
        }
    }
}

/// One declared thing.
package struct Resource: Sendable, Equatable {
    package var address: Address
    package var owner: String
    package var source: SourceLocation
    /// `lifecycle.preventDestroy`; kept in the state, so that removing the block does not lift it.
    package var preventDestroy: Bool
    package var spec: ResourceSpec

    package init(address: Address, owner: String, source: SourceLocation, preventDestroy: Bool, spec: ResourceSpec) {
        self.address = address
        self.owner = owner
        self.source = source
        self.preventDestroy = preventDestroy
        self.spec = spec
    }
}

/// The fields of a resource, by kind.
package enum ResourceSpec: Sendable, Equatable {
    case scope(ScopeSpec)
    case event(EventTypeSpec)
    case keyPolicy(KeyPolicySpec)
    case integration(IntegrationSpec)
    case webhook(WebhookSpec)

    package var kind: ResourceKind {
        switch self {
        case .scope: .scope
        case .event: .event
        case .keyPolicy: .keyPolicy
        case .integration: .integration
        case .webhook: .webhook
        }
    }

    /// Every field with its default filled in, secrets as their sources: what the state keeps and a plan compares.
    package var json: JSON {
        switch self {
        case .scope(let spec): spec.json
        case .event(let spec): spec.json
        case .keyPolicy(let spec): spec.json
        case .integration(let spec): spec.json
        case .webhook(let spec): spec.json
        }
    }

    /// Reads back what `json` wrote; nil for a state that this version did not write.
    package init?(kind: ResourceKind, json: JSON) {
        switch kind {
        case .scope: guard let spec = ScopeSpec(json: json) else { return nil }; self = .scope(spec)
        case .event: guard let spec = EventTypeSpec(json: json) else { return nil }; self = .event(spec)
        case .keyPolicy: guard let spec = KeyPolicySpec(json: json) else { return nil }; self = .keyPolicy(spec)
        case .integration: guard let spec = IntegrationSpec(json: json) else { return nil }; self = .integration(spec)
        case .webhook: guard let spec = WebhookSpec(json: json) else { return nil }; self = .webhook(spec)
        }
    }

    /// The secrets that the fields refer to, by field path such as `config.clientSecret` or `headers.X-Token`.
    package var secrets: [(field: String, source: SecretSource)] {
        switch self {
        case .scope, .event, .keyPolicy: []
        case .integration(let spec): spec.secrets
        case .webhook(let spec): spec.secrets
        }
    }
}

extension Sequence<Manifest.Domain> {
    /// The workspaces, each once, in the order of their bytes.
    package var workspaces: [String] { Set(map { ExactText($0.workspace) }).sorted().map(\.text) }
}
