import Spec
import Store
import Values

extension Plan {
    /// Counts, for every change, what is live and will notice; each kind of thing is counted with one wait.
    mutating func assessImpact(in statements: some Statements, records: [ResourceRecord], at now: Timestamp) throws {
        guard !isEmpty else { return }
        var keys: [ExactText: KeyImpact] = [:]
        var webhooks: [Int: WebhookID] = [:]
        var integrations: [Int: ConnectionQuestion] = [:]
        for index in changes.indices where changes[index].action == .update || changes[index].action == .delete {
            let change = changes[index]
            guard let record = change.observed else { continue }
            let workspace = change.address.workspace
            switch change.address.kind {
            case .scope, .keyPolicy:
                let impact =
                    try keys[ExactText(workspace)]
                    ?? KeyImpact(
                        keys: statements.activeKeys(in: workspace, at: now),
                        records: records.filter { $0.address.workspace.isExactly(workspace) })
                keys[ExactText(workspace)] = impact
                changes[index].impact = impact.notes(for: change, record: record)
            case .webhook: if change.action == .delete { webhooks[index] = WebhookID(record.id) }
            case .integration: integrations[index] = Self.connectionQuestion(of: change, record: record)
            case .event: break
            }
        }
        let pending = try statements.pendingDeliveryCounts(of: Set(webhooks.values))
        for (index, id) in webhooks {
            guard let count = pending[id], count > 0 else { continue }
            changes[index].impact = [ImpactNote(effect: .deliveriesDropped, count: count)]
        }
        let counts = try statements.connectionCounts(ofIntegrations: Set(integrations.values.filter { $0.added == nil }.map(\.integration)))
        let scopes = try statements.connectionScopes(ofIntegrations: Set(integrations.values.filter { $0.added != nil }.map(\.integration)))
        for (index, question) in integrations {
            let count =
                question.added.map { added in (scopes[question.integration] ?? []).count { !added.isSubset(of: $0) } }
                ?? counts[question.integration] ?? 0
            if count > 0 { changes[index].impact = [ImpactNote(effect: question.effect, count: count)] }
        }
    }

    /// What a change of an integration asks about its connections; nil for nothing.
    private static func connectionQuestion(of change: Change, record: ResourceRecord) -> ConnectionQuestion? {
        if change.action == .delete { return ConnectionQuestion(integration: record.id, effect: .connectionsRevoked, added: nil) }
        guard case .integration(let old)? = ResourceSpec(kind: .integration, text: record.specText),
            case .integration(let new)? = change.desired?.spec
        else { return nil }
        let isOtherClient =
            !CredentialDestinations(new).areWithin(CredentialDestinations(old)) || old.provider != new.provider
            || old.config.authorizationUrl != new.config.authorizationUrl
            || old.config.tokenUrl != new.config.tokenUrl || old.config.issuer != new.config.issuer
            || isOther(old.config.clientId, new.config.clientId) || change.changedSecrets.contains("config.clientId")
        if isOtherClient { return ConnectionQuestion(integration: record.id, effect: .connectionsReauthorise, added: nil) }
        let added = Set(new.scopes).subtracting(old.scopes)
        return added.isEmpty ? nil : ConnectionQuestion(integration: record.id, effect: .connectionsReauthorise, added: added)
    }

    /// Two references are told apart by their values, which `changedSecrets` speaks of.
    private static func isOther(_ old: TextOrSecret?, _ new: TextOrSecret?) -> Bool {
        if case .secret? = old, case .secret? = new { return false }
        return old != new
    }
}

/// Which connections of an integration notice a change of it.
private struct ConnectionQuestion {
    var integration: String
    var effect: ImpactNote.Effect
    /// Those that lack one of these scopes; nil for all.
    var added: Set<String>?
}

/// What changes of scopes and policies do to the keys of one workspace.
private struct KeyImpact {
    let keys: [ActiveKey]
    let policies: [ExactText: KeyPolicySpec]
    let scopes: [String]

    init(keys: [ActiveKey], records: [ResourceRecord]) {
        self.keys = keys
        var policies: [ExactText: KeyPolicySpec] = [:]
        var scopes: [String] = []
        for record in records {
            switch record.address.kind {
            case .scope: scopes.append(record.address.name)
            case .keyPolicy:
                if case .keyPolicy(let spec)? = ResourceSpec(kind: .keyPolicy, text: record.specText) {
                    policies[ExactText(record.address.name)] = spec
                }
            case .event, .integration, .webhook: break
            }
        }
        self.policies = policies
        self.scopes = scopes.sorted()
    }

    func notes(for change: Change, record: ResourceRecord) -> [ImpactNote] {
        let name = record.address.name
        if record.address.kind == .scope {
            let gone = change.action == .delete || change.previousAddress != nil
            return gone ? losing(scope: name, among: keys) : []
        }
        let holders = keys.filter { $0.policy?.isExactly(name) == true }
        guard !holders.isEmpty else { return [] }
        if change.action == .delete || change.previousAddress != nil {
            return [ImpactNote(effect: .keysLosePolicy, count: holders.count)]
        }
        guard case .keyPolicy(let new)? = change.desired?.spec, let old = policies[ExactText(name)] else { return [] }
        var notes: [ImpactNote] = []
        for scope in removed(from: old.scopes, to: new.scopes) { notes += losing(scope: scope, among: holders) }
        notes += lowered(old.rateLimitPerHour, new.rateLimitPerHour, "per hour", among: holders) {
            max($0.rateLimitPerHour ?? 0, $0.usedThisHour)
        }
        notes += lowered(old.rateLimitPerDay, new.rateLimitPerDay, "per day", among: holders) {
            max($0.rateLimitPerDay ?? 0, $0.usedThisDay)
        }
        return notes
    }

    /// Declared scopes that the old list covers and the new does not; the pattern itself where it covers none.
    private func removed(from old: [String], to new: [String]) -> [String] {
        var removed: [String] = []
        for pattern in old {
            let covered = pattern.hasSuffix("*") ? scopes.filter { ScopePattern.covers(pattern, $0) } : [pattern]
            for scope in covered.isEmpty ? [pattern] : covered
            where !new.contains(where: { ScopePattern.covers($0, scope) }) && !removed.contains(scope) {
                removed.append(scope)
            }
        }
        return removed
    }

    private func losing(scope: String, among keys: [ActiveKey]) -> [ImpactNote] {
        let count = keys.count { key in
            let allowed = key.policy.map { policies[ExactText($0)]?.scopes ?? [] }
            guard allowed?.contains(where: { ScopePattern.covers($0, scope) }) ?? true else { return false }
            guard let own = key.scopes else { return allowed != nil }
            return own.contains { ScopePattern.covers($0, scope) }
        }
        return count > 0 ? [ImpactNote(effect: .keysLoseScope, count: count, subject: scope)] : []
    }

    /// Keys that a lowered limit meets: those that were given a higher one, or have made more calls in the running window.
    ///
    /// - Parameter reach: the higher of both, of a key.
    private func lowered(_ old: Int?, _ new: Int?, _ span: String, among holders: [ActiveKey], reach: (ActiveKey) -> Int) -> [ImpactNote] {
        guard let new, old == nil || new < (old ?? 0) else { return [] }
        let count = holders.count { reach($0) > new }
        return count > 0 ? [ImpactNote(effect: .keysAboveLimit, count: count, subject: "of \(new) \(span)")] : []
    }
}
