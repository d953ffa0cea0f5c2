package import Spec

/// What makes the state agree with the manifests: a value, made without side effects, shown by renderers and carried out by apply.
package struct Plan: Sendable {
    package var base: Observed.Base
    /// One for every resource that the run looked at, unchanged ones included, in creation order.
    package var changes: [Change]
    /// Declared resources that the API has overridden since the last apply, as applied → as found.
    package var drift: [Change]
    package var refusals: [Refusal]
    package var reads: ReadSet
    /// Keyed digests of all declared secrets by address and field, by which apply sees that a value is still the one
    /// that was planned; empty where the manifests declare none.
    package var fingerprints: [Address: [String: String]] = [:]
    /// Resources that the state holds for the manifests' domains: what `--max-deletes` takes its percentage of.
    package var existing: Int
    /// Whether addresses need their workspace before them.
    package var spansWorkspaces: Bool
    /// False where `--target` left something out.
    package var isComplete: Bool
    /// The digest where it is known: a saved plan's, which holds only what apply needs, or one computed before.
    package var reviewedDigest: String? = nil

    package init(
        base: Observed.Base, changes: [Change], drift: [Change], refusals: [Refusal], reads: ReadSet,
        fingerprints: [Address: [String: String]] = [:], existing: Int, spansWorkspaces: Bool, isComplete: Bool
    ) {
        self.base = base
        self.changes = changes
        self.drift = drift
        self.refusals = refusals
        self.reads = reads
        self.fingerprints = fingerprints
        self.existing = existing
        self.spansWorkspaces = spansWorkspaces
        self.isComplete = isComplete
    }

    package func count(_ action: Change.Action) -> Int {
        // By index: an iterator would copy every change, and most of ten thousand are unchanged.
        changes.indices.count { changes[$0].action == action }
    }

    /// Resources that get another address and keep their identity, changed besides or not.
    package var moveCount: Int { changes.indices.count { changes[$0].previousAddress != nil } }

    /// `2 resources are moved.`; nil where none are.
    package var moveSummary: String? {
        let count = moveCount
        return count == 0 ? nil : "\(count) \(count == 1 ? "resource is" : "resources are") moved."
    }

    /// Whether apply would alter anything that a reader can see.
    package var isEmpty: Bool { !changes.indices.contains { changes[$0].isVisible } }

    /// The changes that a reader can see; the rest is unchanged.
    package var visibleChanges: [Change] {
        changes.indices.filter { changes[$0].isVisible }.map { changes[$0] }
    }

    package var isRefused: Bool { !refusals.isEmpty }

    /// The address as this plan prints it.
    package func text(_ address: Address) -> String {
        spansWorkspaces ? address.qualified : address.local
    }

    /// `Plan: 1 to add, 0 to change, 2 to destroy.` or `No changes.`, the last line of every text plan.
    package var summary: String {
        if isEmpty { return "No changes." }
        return "Plan: \(count(.create)) to add, \(count(.update)) to change, \(count(.delete)) to destroy."
    }

    /// The plan with the guard of `--max-deletes` in force.
    ///
    /// Small states are exempt: up to ten resources, any share may go.
    package func guarded(maximumDeletePercent percent: Int) -> Plan {
        var plan = self
        let deletes = count(.delete)
        if existing > 10, deletes * 100 > existing * percent {
            plan.refusals.append(.maxDeletes(deletes: deletes, existing: existing, percent: percent))
        }
        return plan
    }
}
