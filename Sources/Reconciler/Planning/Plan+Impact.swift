import Spec
import Store
import Values

extension Plan {
    /// Counts, for every change, what is live and will notice.
    mutating func assessImpact(in statements: some Statements, records: [ResourceRecord], at now: Timestamp) throws {
        guard !isEmpty else { return }
        var grants: [ExactText: [KeyGrant]] = [:]
        for index in changes.indices where changes[index].action == .update || changes[index].action == .delete {
            let change = changes[index]
            guard let record = change.observed else { continue }
            let workspace = change.address.workspace
            switch change.address.kind {
            case .scope, .keyPolicy:
                let key = ExactText(workspace)
                if grants[key] == nil { grants[key] = try statements.liveKeyGrants(in: workspace, at: now) }
                let impact = KeyImpact(
                    grants: grants[key] ?? [], records: records.filter { $0.address.workspace.isExactly(workspace) })
                changes[index].impact = impact.notes(for: change, record: record)
            case .webhook:
                guard change.action == .delete, let id = WebhookID(record.id) else { continue }
                let pending = try statements.pendingDeliveryCount(of: id)
                if pending > 0 { changes[index].impact = [ImpactNote(effect: .deliveriesDropped, count: pending)] }
            case .integration:
                changes[index].impact = try Self.connectionImpact(of: change, record: record, in: statements)
            case .event: break
            }
        }
    }

    private static func connectionImpact(of change: Change, record: ResourceRecord, in statements: some Statements) throws -> [ImpactNote] {
        if change.action == .delete {
            let count = try statements.connectionCount(integrationID: record.id)
            return count > 0 ? [ImpactNote(effect: .connectionsRevoked, count: count)] : []
        }
        guard case .integration(let old)? = ResourceSpec(kind: .integration, text: record.specText),
            case .integration(let new)? = change.desired?.spec
        else { return [] }
        let isOtherClient =
            !CredentialDestinations(new).areWithin(CredentialDestinations(old)) || old.provider != new.provider
            || old.config.authorizationUrl != new.config.authorizationUrl
            || old.config.tokenUrl != new.config.tokenUrl || old.config.issuer != new.config.issuer
            || isOther(old.config.clientId, new.config.clientId) || change.changedSecrets.contains("config.clientId")
        let count: Int
        if isOtherClient {
            count = try statements.connectionCount(integrationID: record.id)
        } else {
            let added = Set(new.scopes).subtracting(old.scopes)
            guard !added.isEmpty else { return [] }
            count = try statements.connectionScopes(integrationID: record.id).count { !added.isSubset(of: $0) }
        }
        return count > 0 ? [ImpactNote(effect: .connectionsReauthorise, count: count)] : []
    }

    /// Two references are told apart by their values, which `changedSecrets` speaks of.
    private static func isOther(_ old: TextOrSecret?, _ new: TextOrSecret?) -> Bool {
        if case .secret? = old, case .secret? = new { return false }
        return old != new
    }
}

/// What changes of scopes and policies do to the keys of one workspace.
private struct KeyImpact {
    let grants: [KeyGrant]
    let policies: [ExactText: KeyPolicySpec]
    let scopes: [String]

    init(grants: [KeyGrant], records: [ResourceRecord]) {
        self.grants = grants
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
            return gone ? losing(scope: name, among: grants) : []
        }
        let holders = grants.filter { $0.policy?.isExactly(name) == true }
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

    private func losing(scope: String, among grants: [KeyGrant]) -> [ImpactNote] {
        let count = grants.count { grant in
            let allowed = grant.policy.map { policies[ExactText($0)]?.scopes ?? [] }
            guard allowed?.contains(where: { ScopePattern.covers($0, scope) }) ?? true else { return false }
            guard let own = grant.scopes else { return allowed != nil }
            return own.contains { ScopePattern.covers($0, scope) }
        }
        return count > 0 ? [ImpactNote(effect: .keysLoseScope, count: count, subject: scope)] : []
    }

    /// Keys that a lowered limit meets: those that were given a higher one, or have made more calls in the running window.
    ///
    /// - Parameter reach: the higher of both, of a key.
    private func lowered(_ old: Int?, _ new: Int?, _ span: String, among holders: [KeyGrant], reach: (KeyGrant) -> Int) -> [ImpactNote] {
        guard let new, old == nil || new < (old ?? 0) else { return [] }
        let count = holders.count { reach($0) > new }
        return count > 0 ? [ImpactNote(effect: .keysAboveLimit, count: count, subject: "of \(new) \(span)")] : []
    }
}
