import OpenSSL
package import Spec
package import Store
package import Values

extension Writing {
    /// Carries out a plan inside this transaction; throwing undoes all of it.
    ///
    /// Deletions come first and run against the creation order, so that a name is free before it is taken and a
    /// reference never dangles. A plan whose state has moved on is still good if nothing that it read has changed.
    ///
    /// - Parameters:
    ///   - secrets: values of the declared secrets, by address and field.
    ///   - expectedReads: for a saved plan, the digests that it was saved with; else the plan's own are taken.
    ///   - overlap: for how long a webhook's replaced signing secret signs beside the new one.
    ///   - earlier: for a rollback, the revision that it returns to.
    package func apply(
        _ plan: Plan, secrets: [Address: [String: Secret]], by author: Author, at now: Timestamp,
        expectedReads: [Address: String]? = nil, secretOverlap overlap: Duration = .zero, returningTo earlier: Int? = nil
    ) throws -> Applied {
        if let refusal = ReconcileError(refusals: plan.refusals) { throw refusal }
        let current = try checkReads(of: plan, expected: expectedReads)
        var work = ApplyWork(
            writing: self, secrets: secrets, author: author, now: now, overlap: overlap, current: current)
        for change in plan.changes.reversed() where change.action == .delete { try work.delete(change) }
        for change in plan.changes where change.action != .delete { try work.write(change) }
        if !work.recorded.isEmpty {
            let serial = try advanceSerial()
            let revision = try insertRevision(
                at: now, actor: author.name, commit: author.commit, isDirty: author.isDirty, planDigest: plan.digest, serial: serial,
                rollbackOf: earlier)
            for (position, change) in work.recorded.enumerated() {
                try insertRevisionChange(change, revision: revision.number, position: position)
            }
            return Applied(revision: revision, generatedSecrets: work.generated)
        }
        if work.hasAdopted { try advanceSerial() }
        return Applied(revision: nil, generatedSecrets: [])
    }

    /// The rows that the plan touches, as they are now; throws where any that it read has moved.
    private func checkReads(of plan: Plan, expected: [Address: String]?) throws -> [Address: ResourceRecord] {
        let state = try stateSerial()
        // A plan that was made before there was a state fits one in which nothing has happened yet.
        if plan.base.lineage.isEmpty, state.serial != 0 {
            throw ReconcileError(
                code: .stale, message: "the plan is stale, nothing was applied: another process has made the state meanwhile; plan again")
        }
        guard plan.base.lineage.isEmpty || state.lineage == plan.base.lineage else {
            throw ReconcileError(
                code: .stale,
                message: "the plan was made for another state (lineage \(plan.base.lineage), this one is \(state.lineage)); plan again")
        }
        if state.serial == plan.base.serial, expected == nil {
            var current: [Address: ResourceRecord] = [:]
            for change in plan.changes { if let record = change.observed { current[record.address] = record } }
            return current
        }
        var records: [ResourceRecord] = []
        for workspace in plan.reads.domains.workspaces { records += try resources(in: workspace) }
        let read = records.filter(plan.reads.covers)
        let moved = ReadSet.moved(from: expected ?? plan.reads.digests, to: ReadSet.digests(of: read))
        guard moved.isEmpty else { throw ReconcileError.stale(moved: moved) }
        return Dictionary(read.map { ($0.address, $0) }) { first, _ in first }
    }
}

/// The rows of one apply, and what the revision says about them.
private struct ApplyWork {
    let writing: Writing
    let secrets: [Address: [String: Secret]]
    let author: Author
    let now: Timestamp
    let overlap: Duration
    let current: [Address: ResourceRecord]
    var recorded: [RevisionChange] = []
    var generated: [Applied.GeneratedSecret] = []
    var hasAdopted = false

    mutating func delete(_ change: Change) throws {
        guard let record = current[change.address] else { throw ReconcileError.stale(moved: [change.address]) }
        // Connections go with their integration; what tells the provider outlives them.
        if let id = IntegrationID(record.id) { try writing.queueRevocations(ofIntegration: id, at: now) }
        try writing.deleteResource(record.address.kind, id: record.id)
        self.record(change, owner: record.owner, action: .delete, before: RevisionSide(record), after: nil)
    }

    mutating func write(_ change: Change) throws {
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
        guard change.isVisible || old.appliedText != nil else { return try writing.refreshResource(new) }
        new.changedBy = author.name
        new.changedAt = now
        try demandReauthorization(old, becoming: desired)
        try writing.updateResource(new)
        try writeSecrets(of: desired, id: old.id, fields: change.changedSecrets, formerly: old)
        if case .webhook(let webhook) = desired.spec, old.specJSON["url"]?.string?.isExactly(webhook.url) != true,
            let id = WebhookID(old.id)
        {
            try writing.enableWebhook(id)
        }
        record(change, owner: desired.owner, action: .update, before: RevisionSide(old), after: RevisionSide(new))
    }

    /// Tokens do not follow an integration to other endpoints: its connections are authorised again.
    private func demandReauthorization(_ old: ResourceRecord, becoming desired: Resource) throws {
        guard case .integration(let new) = desired.spec, let id = IntegrationID(old.id),
            case .integration(let former)? = ResourceSpec(kind: .integration, text: old.specText),
            !CredentialDestinations(new).areWithin(CredentialDestinations(former))
        else { return }
        _ = try writing.demandReauthorization(ofIntegration: id, by: author.name, at: now)
    }

    private mutating func create(_ desired: Resource, _ change: Change) throws {
        let record = ResourceRecord(
            address: desired.address, id: desired.address.kind.newID(at: now), owner: desired.owner, origin: .manifest,
            preventDestroy: desired.preventDestroy, specText: desired.spec.canonicalText, source: desired.source,
            changedBy: author.name, changedAt: now)
        try writing.insertResource(record)
        try writeSecrets(of: desired, id: record.id, fields: desired.spec.secrets.map(\.field), formerly: nil)
        if case .webhook(let webhook) = desired.spec, webhook.secret == nil {
            let secret = SigningSecret.generate()
            try writing.setSecret(secret, of: record.id, field: "secret", at: now)
            generated.append(Applied.GeneratedSecret(address: desired.address, secret: secret))
        }
        self.record(change, owner: desired.owner, action: .create, before: nil, after: RevisionSide(record))
    }

    private func writeSecrets(of desired: Resource, id: String, fields: [String], formerly: ResourceRecord?) throws {
        let values = secrets[desired.address] ?? [:]
        for field in fields {
            guard let value = values[field] else {
                // A saved plan, or a revision from which a secret that only the state had has gone.
                throw ReconcileError.missingSecrets([(desired.address, field)])
            }
            if field == "secret", formerly?.address.kind == .webhook {
                try writing.replaceSigningSecret(of: id, by: value, overlap: overlap, at: now)
            } else {
                try writing.setSecret(value, of: id, field: field, at: now)
            }
        }
        guard let formerly else { return }
        let declared = Set(desired.spec.secrets.map(\.field))
        let old = ResourceSpec(kind: formerly.address.kind, text: formerly.specText)?.secrets.map(\.field) ?? []
        // The signing secret stays when its reference goes: deliveries need one, and receivers know this one.
        for field in old where !declared.contains(field) && !(desired.address.kind == .webhook && field == "secret") {
            try writing.deleteSecret(of: id, field: field)
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

extension RevisionSide {
    init(_ record: ResourceRecord) {
        self.init(owner: record.owner, preventDestroy: record.preventDestroy, specText: record.specText, source: record.source)
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
