package import Spec
package import Store
package import Values

extension Plan {
    /// Compares what is declared with what is there; pure, and the same for every order of files.
    ///
    /// - Parameter secrets: values of the declared secrets, by address and field.
    package static func make(
        desired manifest: Manifest, secrets: [Address: [String: Secret]], observed: Observed, options: PlanOptions = PlanOptions()
    ) -> Plan {
        var making = PlanMaking(manifest: manifest, secrets: secrets, observed: observed, options: options)
        return making.plan()
    }
}

/// The steps of one comparison.
private struct PlanMaking {
    let manifest: Manifest
    let secrets: [Address: [String: Secret]]
    let observed: Observed
    let options: PlanOptions
    /// Positions in `observed.records`; positions, since records and resources are large to copy.
    let rows: [Address: Int]
    let declared: Set<Address>
    /// By the new address, the old one: moves that find something to move.
    let moves: [Address: Address]
    var refusals: [Refusal] = []

    init(manifest: Manifest, secrets: [Address: [String: Secret]], observed: Observed, options: PlanOptions) {
        self.manifest = manifest
        self.secrets = secrets
        self.observed = observed
        self.options = options
        var rows: [Address: Int] = [:]
        rows.reserveCapacity(observed.records.count)
        for index in observed.records.indices { rows[observed.records[index].address] = index }
        self.rows = rows
        var declared: Set<Address> = []
        declared.reserveCapacity(manifest.resources.count)
        for index in manifest.resources.indices { declared.insert(manifest.resources[index].address) }
        self.declared = declared
        moves = Self.effectiveMoves(manifest.moves, rows: rows, declared: declared)
    }

    /// A move counts where the old address is there, is declared no more, and the new one is declared and not there.
    ///
    /// Chains (a → b, b → c) are followed to their end, so that a state that missed the first rename takes both.
    private static func effectiveMoves(
        _ moves: [Manifest.Move], rows: [Address: Int], declared: Set<Address>
    ) -> [Address: Address] {
        guard !moves.isEmpty else { return [:] }
        var next: [Address: Address] = [:]
        for move in moves where move.from.kind == move.to.kind { next[move.from] = move.to }
        var effective: [Address: Address] = [:]
        for start in next.keys.sorted() where rows[start] != nil && !declared.contains(start) {
            var end = start
            var seen: Set<Address> = [start]
            while !declared.contains(end), let following = next[end], seen.insert(following).inserted { end = following }
            if end != start, declared.contains(end), rows[end] == nil, effective[end] == nil { effective[end] = start }
        }
        return effective
    }

    mutating func plan() -> Plan {
        let wanted = options.targets.isEmpty ? nil : Set(options.targeted(of: manifest).map(\.address))
        var changes: [Change] = []
        changes.reserveCapacity(manifest.resources.count + 16)
        for index in manifest.resources.indices where wanted?.contains(manifest.resources[index].address) ?? true {
            changes.append(change(for: manifest.resources[index]))
        }
        let movedAway = Set(moves.values)
        var readAddresses = declared
        for move in manifest.moves {
            readAddresses.insert(move.from)
            readAddresses.insert(move.to)
        }
        var existing = 0
        var unread: Set<Int> = []
        var deletes = false
        for index in observed.records.indices {
            let address = observed.records[index].address
            let domain = Manifest.Domain(workspace: address.workspace, owner: observed.records[index].owner)
            let isOwn = observed.records[index].origin == .manifest && manifest.domains.contains(domain)
            if isOwn { existing += 1 }
            let isDeclared = readAddresses.contains(address)
            if !isOwn, !isDeclared { unread.insert(index) }
            if isDeclared, declared.contains(address) { continue }
            if isOwn { readAddresses.insert(address) }
            guard isOwn, options.prunes, !movedAway.contains(address) else { continue }
            guard options.targets.isEmpty || options.targets.contains(where: { $0.matches(address) }) else { continue }
            changes.append(deletion(of: observed.records[index]))
            deletes = true
        }
        // The manifest's resources are sorted already.
        if deletes { changes.sort { $0.address < $1.address } }
        let records = observed.records
        let readRecords = unread.isEmpty ? records : records.indices.filter { !unread.contains($0) }.map { records[$0] }
        return Plan(
            base: observed.base, changes: changes, drift: drift(), refusals: refusals,
            reads: ReadSet(domains: manifest.domains, addresses: readAddresses, records: readRecords), existing: existing,
            spansWorkspaces: manifest.domains.workspaces.count > 1, isComplete: wanted == nil)
    }

    // MARK: one resource

    private mutating func change(for resource: Resource) -> Change {
        let address = resource.address
        let previous = moves[address]
        guard let row = rows[previous ?? address] else { return creation(of: resource) }
        let record = observed.records[row]
        let changed = changedSecrets(resource, record: record)
        let takesOver = record.origin == .manifest && !record.owner.isExactly(resource.owner)
        if takesOver, !options.takesOwnership.contains(where: { $0.matches(address) }) {
            refusals.append(.ownership(record.address, owner: record.owner, by: resource.owner))
        }
        let adopts = record.origin == .api
        let specText = resource.spec.canonicalText
        let isSame =
            specText.isExactly(record.specText) && changed.isEmpty && resource.preventDestroy == record.preventDestroy && !takesOver
        // The state keeps no column.
        let moved = record.source?.file != resource.source.file || record.source?.line != resource.source.line || adopts
        if isSame, previous == nil {
            return Change(
                address: address, previousAddress: nil, action: .noOp, reason: adopts ? .adopted : nil, before: nil, after: nil,
                changedSecrets: [], secretFields: [], desired: resource, observed: record,
                refreshesRecord: moved || record.appliedText != nil)
        }
        return comparison(
            resource, record: record, changed: changed, takesOver: takesOver, adopts: adopts, previous: previous,
            specDiffers: !specText.isExactly(record.specText))
    }

    private func comparison(
        _ resource: Resource, record: ResourceRecord, changed: [String], takesOver: Bool, adopts: Bool, previous: Address?,
        specDiffers: Bool
    ) -> Change {
        let old = ResourceSpec(kind: record.address.kind, text: record.specText)
        let oldFields = old?.secrets ?? []
        var before = shown(record.specJSON, preventDestroy: record.preventDestroy)
        let after = shown(resource.spec.json, preventDestroy: resource.preventDestroy)
        // Where the value is the same, a source that only now has a name is no change that a reader would look for.
        for (field, source) in resource.spec.secrets where !changed.contains(field) {
            let formerly = oldFields.first { $0.field == field }?.source
            if formerly == nil || formerly == .stored { before = before.setting(field, to: source.json) }
        }
        // A signing secret that the manifest leaves to the state stays where it is.
        if resource.address.kind == .webhook, after["secret"] == nil, before["secret"] == SecretSource.stored.json {
            before = before.setting("secret", to: nil)
        }
        let shownBefore = takesOver ? before.setting("owner", to: .string(record.owner)) : before
        let shownAfter = takesOver ? after.setting("owner", to: .string(resource.owner)) : after
        let differs = shownBefore != shownAfter || !changed.isEmpty
        let reason: Change.Reason? =
            previous != nil
            ? .moved
            : takesOver ? .ownershipTaken : adopts ? .adopted : differs && record.appliedText != nil ? .drifted : nil
        return Change(
            address: resource.address, previousAddress: previous, action: differs ? .update : .noOp, reason: reason,
            before: shownBefore, after: shownAfter, changedSecrets: changed,
            secretFields: unique(oldFields.map(\.field) + resource.spec.secrets.map(\.field)),
            desired: resource, observed: record, refreshesRecord: true)
    }

    private func creation(of resource: Resource) -> Change {
        Change(
            address: resource.address, previousAddress: nil, action: .create, reason: nil, before: nil,
            after: shown(resource.spec.json, preventDestroy: resource.preventDestroy), changedSecrets: [],
            secretFields: resource.spec.secrets.map(\.field), desired: resource, observed: nil, refreshesRecord: false)
    }

    private mutating func deletion(of record: ResourceRecord) -> Change {
        if record.preventDestroy { refusals.append(.preventDestroy(record.address)) }
        let spec = ResourceSpec(kind: record.address.kind, text: record.specText)
        return Change(
            address: record.address, previousAddress: nil, action: .delete, reason: .noLongerDeclared,
            before: shown(record.specJSON, preventDestroy: record.preventDestroy), after: nil, changedSecrets: [],
            secretFields: spec?.secrets.map(\.field) ?? [], desired: nil, observed: record, refreshesRecord: false)
    }

    /// Fields whose declared value differs from the one in the state, or that have none there.
    private func changedSecrets(_ resource: Resource, record: ResourceRecord) -> [String] {
        guard let values = secrets[resource.address], !values.isEmpty else { return [] }
        let known = observed.secrets[record.address] ?? [:]
        return resource.spec.secrets.compactMap { secret in
            guard let value = values[secret.field] else { return nil }
            return known[secret.field] == value ? nil : secret.field
        }
    }

    // MARK: the whole

    /// What the API has done to declared resources since the last apply.
    private func drift() -> [Change] {
        observed.records.indices.filter { observed.records[$0].appliedText != nil }.compactMap { index in
            let record = observed.records[index]
            guard let applied = record.appliedText, record.origin == .manifest,
                manifest.domains.contains(Manifest.Domain(workspace: record.address.workspace, owner: record.owner))
            else { return nil }
            return Change.drift(of: record, applied: applied)
        }.sorted { $0.address < $1.address }
    }

    private func shown(_ spec: JSON, preventDestroy: Bool) -> JSON {
        preventDestroy ? spec.setting("lifecycle.preventDestroy", to: true) : spec
    }

    private func unique(_ fields: [String]) -> [String] {
        var seen: Set<String> = []
        return fields.filter { seen.insert($0).inserted }
    }
}

extension Change {
    /// What was applied last beside what stands there now.
    package static func drift(of record: ResourceRecord, applied: String) -> Change {
        let before = ResourceSpec(kind: record.address.kind, text: applied)
        let after = ResourceSpec(kind: record.address.kind, text: record.specText)
        return Change(
            address: record.address, previousAddress: nil, action: .update, reason: .drifted,
            before: before?.json ?? [:], after: after?.json ?? [:], changedSecrets: [],
            secretFields: Array(Set((before?.secrets ?? []).map(\.field) + (after?.secrets ?? []).map(\.field))).sorted(),
            desired: nil, observed: record, refreshesRecord: false)
    }
}

extension ResourceRecord {
    /// The spec as JSON; an empty object for a text that no version of this program wrote.
    var specJSON: JSON { (try? JSON(parsing: specText)) ?? [:] }
}

extension ResourceSpec {
    /// Reads the state's canonical text.
    package init?(kind: ResourceKind, text: String) {
        guard let json = try? JSON(parsing: text) else { return nil }
        self.init(kind: kind, json: json)
    }
}
