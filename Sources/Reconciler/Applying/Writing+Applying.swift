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
        var work = ApplyWork(
            current: try checkReads(of: plan, expected: expectedReads), secrets: secrets, author: author, now: now)
        try work.gather(plan.changes)
        try write(work, overlap: overlap)
        if !work.recorded.isEmpty {
            let serial = try advanceSerial()
            let revision = try insertRevision(
                at: now, actor: author.name, commit: author.commit, isDirty: author.isDirty, planDigest: plan.digest, serial: serial,
                rollbackOf: earlier)
            try insertRevisionChanges(work.recorded, revision: revision.number)
            return Applied(revision: revision, generatedSecrets: work.generated)
        }
        if work.hasAdopted { try advanceSerial() }
        return Applied(revision: nil, generatedSecrets: [])
    }

    /// Writes what an apply has gathered, all rows of a kind with one wait.
    private func write(_ work: ApplyWork, overlap: Duration) throws {
        // Connections go with their integration; what tells the provider outlives them.
        try queueRevocations(ofIntegrations: work.deletions.compactMap { IntegrationID($0.id) }, at: work.now)
        try deleteResources(work.deletions)
        // Tokens do not follow an integration to other endpoints: its connections are authorised again.
        for id in work.relocatedIntegrations.sorted() {
            _ = try demandReauthorization(ofIntegration: id, by: work.author.name, at: work.now)
        }
        try updateResources(work.updates)
        try enableWebhooks(work.relocatedWebhooks)
        try refreshResources(work.refreshes)
        try insertResources(work.insertions)
        try deleteSecrets(work.obsoleteSecrets)
        try replaceSigningSecrets(work.signingSecrets, overlap: overlap, at: work.now)
        try setSecrets(work.secretsToSet, at: work.now)
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

extension RevisionSide {
    init(_ record: ResourceRecord) {
        self.init(owner: record.owner, preventDestroy: record.preventDestroy, specText: record.specText, source: record.source)
    }
}
