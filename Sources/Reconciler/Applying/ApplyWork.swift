import Spec
import Store
import Values

/// What one apply writes and what its revision says about it, gathered before anything is written.
struct ApplyWork {
    /// The rows that the plan touches, as they are now.
    let current: [Address: ResourceRecord]
    /// Values of the declared secrets, by address and field.
    let secrets: [Address: [String: Secret]]
    let author: Author
    let now: Timestamp

    private(set) var deletions: [ResourceRecord] = []
    private(set) var updates: [ResourceRecord] = []
    /// Rows of which only the place in the manifest, or who declares them, is noted.
    private(set) var refreshes: [ResourceRecord] = []
    private(set) var insertions: [ResourceRecord] = []
    /// Integrations that send credentials elsewhere than before.
    private(set) var relocatedIntegrations: [IntegrationID] = []
    /// Webhooks with another address, which nothing is known about.
    private(set) var relocatedWebhooks: [WebhookID] = []
    /// Signing secrets that take the place of one which may go on signing for a while.
    private(set) var signingSecrets: [ResourceSecret] = []
    private(set) var secretsToSet: [ResourceSecret] = []
    private(set) var obsoleteSecrets: [(resourceID: String, field: String)] = []
    /// Deletions first, each in the order in which the plan has it.
    private(set) var recorded: [RevisionChange] = []
    private(set) var generated: [Applied.GeneratedSecret] = []
    /// Whether a row that the API made is a manifest's from now on.
    private(set) var hasAdopted = false

    init(current: [Address: ResourceRecord], secrets: [Address: [String: Secret]], author: Author, now: Timestamp) {
        self.current = current
        self.secrets = secrets
        self.author = author
        self.now = now
    }

    /// Takes in the changes of a plan, in creation order; throws where a row that one needs is gone, or a secret is not given.
    mutating func gather(_ changes: [Change]) throws {
        for change in changes.reversed() where change.action == .delete { try delete(change) }
        for change in changes where change.action != .delete { try write(change) }
    }

    private mutating func delete(_ change: Change) throws {
        guard let record = current[change.address] else { throw ReconcileError.stale(moved: [change.address]) }
        deletions.append(record)
        self.record(change, owner: record.owner, action: .delete, before: RevisionSide(record), after: nil)
    }

    private mutating func write(_ change: Change) throws {
        guard let desired = change.desired else { return }
        if change.action == .create { return try create(desired, change) }
        guard change.isVisible || change.refreshesRecord else { return }
        guard let old = current[change.previousAddress ?? change.address] else {
            throw ReconcileError.stale(moved: [change.previousAddress ?? change.address])
        }
        var new = old
        new.address = desired.address
        new.owner = desired.owner
        new.origin = .manifest
        new.preventDestroy = desired.preventDestroy
        new.specText = desired.spec.canonicalText
        new.source = desired.source
        if old.origin == .api { hasAdopted = true }
        // An override that the manifest has caught up with is recorded, or it would be called drift for ever.
        guard change.isVisible || old.appliedText != nil else { return refreshes.append(new) }
        new.changedBy = author.name
        new.changedAt = now
        updates.append(new)
        if let id = relocated(old, becoming: desired) { relocatedIntegrations.append(id) }
        try gatherSecrets(of: desired, id: old.id, fields: change.changedSecrets, formerly: old)
        if case .webhook(let webhook) = desired.spec, old.specJSON["url"]?.string?.isExactly(webhook.url) != true,
            let id = WebhookID(old.id)
        {
            relocatedWebhooks.append(id)
        }
        record(change, owner: desired.owner, action: .update, before: RevisionSide(old), after: RevisionSide(new))
    }

    /// The integration that a row is, where what is declared of it would send credentials elsewhere.
    private func relocated(_ old: ResourceRecord, becoming desired: Resource) -> IntegrationID? {
        guard case .integration(let new) = desired.spec,
            case .integration(let former)? = ResourceSpec(kind: .integration, text: old.specText),
            !CredentialDestinations(new).areWithin(CredentialDestinations(former))
        else { return nil }
        return IntegrationID(old.id)
    }

    private mutating func create(_ desired: Resource, _ change: Change) throws {
        let record = ResourceRecord(
            address: desired.address, id: desired.address.kind.newID(at: now), owner: desired.owner, origin: .manifest,
            preventDestroy: desired.preventDestroy, specText: desired.spec.canonicalText, source: desired.source,
            changedBy: author.name, changedAt: now)
        insertions.append(record)
        try gatherSecrets(of: desired, id: record.id, fields: desired.spec.secrets.map(\.field), formerly: nil)
        if case .webhook(let webhook) = desired.spec, webhook.secret == nil {
            let secret = SigningSecret.generate()
            secretsToSet.append(ResourceSecret(resourceID: record.id, field: "secret", value: secret))
            generated.append(Applied.GeneratedSecret(address: desired.address, secret: secret))
        }
        self.record(change, owner: desired.owner, action: .create, before: nil, after: RevisionSide(record))
    }

    private mutating func gatherSecrets(of desired: Resource, id: String, fields: [String], formerly: ResourceRecord?) throws {
        let values = secrets[desired.address] ?? [:]
        for field in fields {
            guard let value = values[field] else {
                // A saved plan, or a revision from which a secret that only the state had has gone.
                throw ReconcileError.missingSecrets([(desired.address, field)])
            }
            let secret = ResourceSecret(resourceID: id, field: field, value: value)
            if field == "secret", formerly?.address.kind == .webhook {
                signingSecrets.append(secret)
            } else {
                secretsToSet.append(secret)
            }
        }
        guard let formerly else { return }
        let declared = Set(desired.spec.secrets.map(\.field))
        let old = ResourceSpec(kind: formerly.address.kind, text: formerly.specText)?.secrets.map(\.field) ?? []
        // The signing secret stays when its reference goes: deliveries need one, and receivers know this one.
        for field in old where !declared.contains(field) && !(desired.address.kind == .webhook && field == "secret") {
            obsoleteSecrets.append((id, field))
        }
    }

    private mutating func record(
        _ change: Change, owner: String, action: RevisionChange.Action, before: RevisionSide?, after: RevisionSide?
    ) {
        recorded.append(
            RevisionChange(
                address: change.address, owner: owner, previousName: change.previousAddress?.name, action: action,
                before: before, after: after))
    }
}

extension ResourceKind {
    /// A new row id; those of kinds that the API never shows have prefixes of their own.
    func newID(at now: Timestamp) -> String {
        switch self {
        case .scope: Identifier<ScopeKind>(at: now).text
        case .event: Identifier<EventTypeKind>(at: now).text
        case .keyPolicy: Identifier<KeyPolicyKind>(at: now).text
        case .integration: IntegrationID(at: now).text
        case .webhook: WebhookID(at: now).text
        }
    }
}

private enum ScopeKind: Identified { static var prefix: String { "scope" } }
private enum EventTypeKind: Identified { static var prefix: String { "type" } }
private enum KeyPolicyKind: Identified { static var prefix: String { "policy" } }
