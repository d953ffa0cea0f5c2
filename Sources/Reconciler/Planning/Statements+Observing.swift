package import Spec
package import Store
package import Values

extension Statements {
    /// Reads what a plan for the manifest compares: one pass over each table, secrets opened only where declared.
    ///
    /// - Parameter compared: the declarations whose secrets are compared; nil for all.
    package func observe(for manifest: Manifest, comparing compared: [Resource]? = nil) throws -> Observed {
        let state = try stateSerial()
        var records: [ResourceRecord] = []
        for workspace in manifest.domains.workspaces { records += try resources(in: workspace) }
        var wanted: Set<Address> = []
        for resource in compared ?? manifest.resources where !resource.spec.secrets.isEmpty { wanted.insert(resource.address) }
        var secrets: [Address: [String: Secret]] = [:]
        if !wanted.isEmpty {
            for move in manifest.moves { wanted.insert(move.from) }
            let opening = records.filter { wanted.contains($0.address) }
            let opened = try self.secrets(ofResources: Set(opening.map(\.id)))
            for record in opening { secrets[record.address] = opened[record.id] }
        }
        return Observed(base: Observed.Base(lineage: state.lineage, serial: state.serial), records: records, secrets: secrets)
    }

    /// Observes, compares and counts the impact, all on one snapshot.
    ///
    /// - Parameters:
    ///   - secrets: values of the declared secrets, by address and field.
    ///   - now: for what has expired, which no change can hurt.
    package func plan(
        for manifest: Manifest, secrets: [Address: [String: Secret]], options: PlanOptions = PlanOptions(), at now: Timestamp
    ) throws -> Plan {
        let observed = try observe(for: manifest, comparing: options.targeted(of: manifest))
        var plan = Plan.make(desired: manifest, secrets: secrets, observed: observed, options: options)
        if !secrets.isEmpty {
            let keyring = try requireKeyring()
            plan.fingerprints = secrets.mapValues { $0.mapValues(keyring.fingerprint) }
        }
        try plan.assessImpact(in: self, records: observed.records, at: now)
        return plan
    }
}
