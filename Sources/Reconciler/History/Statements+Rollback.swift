package import Spec
package import Store
package import Values

extension Statements {
    /// What the manifests declared right after a revision: today's declarations with every later revision undone.
    ///
    /// Renames come back as moves, so that ids and what hangs on them survive the way back too. Nil without such a revision.
    package func declarations(asOf revision: Int) throws -> Manifest? {
        guard try self.revision(revision) != nil else { return nil }
        var sides: [Address: RevisionSide] = [:]
        for workspace in try workspaces() {
            for record in try resources(in: workspace) where record.origin == .manifest {
                sides[record.address] = RevisionSide(
                    owner: record.owner, preventDestroy: record.preventDestroy, specText: record.appliedText ?? record.specText,
                    source: record.source)
            }
        }
        var domains = Set(sides.map { Manifest.Domain(workspace: $0.key.workspace, owner: $0.value.owner) })
        var renames: [Address: Address] = [:]
        let later = revision < .max ? try revisionChanges(of: revision + 1 ... .max) : [:]
        for number in later.keys.sorted(by: >) {
            for change in later[number, default: []].reversed() {
                domains.insert(Manifest.Domain(workspace: change.address.workspace, owner: change.owner))
                sides[change.address] = nil
                guard let before = change.before else { continue }
                var old = change.address
                if let name = change.previousName {
                    old.name = name
                    // A resource that was renamed twice goes all the way back in one step.
                    let today = renames.first { $0.value == change.address }?.key ?? change.address
                    renames[today] = old
                }
                sides[old] = before
            }
        }
        // A side before a change may be an override that the change ended; what was declared is what was applied last.
        for (address, side) in try lastApplied(upTo: revision) where sides[address] != nil { sides[address] = side }
        let resources = try sides.map { address, side in
            guard let spec = ResourceSpec(kind: address.kind, text: side.specText) else {
                throw ReconcileError(
                    code: .unreadableState, message: "revision \(revision) has a spec of \(address) that this version cannot read")
            }
            return Resource(
                address: address, owner: side.owner, source: side.source ?? SourceLocation(file: "", line: 1, column: 1),
                preventDestroy: side.preventDestroy, spec: spec)
        }
        let place = SourceLocation(file: "", line: 1, column: 1)
        let moves = renames.sorted { $0.key < $1.key }.map { Manifest.Move(from: $0.key, to: $0.value, source: place) }
        return Manifest(domains: domains, resources: resources, moves: moves)
    }

    /// Of each resource that a revision up to this one has created or changed and none has deleted since, the last side after.
    private func lastApplied(upTo revision: Int) throws -> [Address: RevisionSide] {
        var applied: [Address: RevisionSide] = [:]
        let earlier = try revisionChanges(of: .min...revision)
        for number in earlier.keys.sorted() {
            for change in earlier[number, default: []] {
                if let name = change.previousName {
                    var old = change.address
                    old.name = name
                    applied[old] = nil
                }
                applied[change.address] = change.after
            }
        }
        return applied
    }

    /// Today's values of the secrets that the manifest refers to, found under the present names of moved resources.
    package func presentSecrets(for manifest: Manifest) throws -> [Address: [String: Secret]] {
        let observed = try observe(for: manifest)
        var secrets: [Address: [String: Secret]] = [:]
        for resource in manifest.resources where !resource.spec.secrets.isEmpty {
            let present =
                observed.secrets[resource.address]
                ?? manifest.moves.first { $0.to == resource.address }.flatMap { observed.secrets[$0.from] }
            let fields = Set(resource.spec.secrets.map(\.field))
            secrets[resource.address] = present?.filter { fields.contains($0.key) }
        }
        return secrets
    }

    /// Resources whose owner a return to the manifest would change: taken without asking, since they were theirs then.
    package func formerOwnerships(in manifest: Manifest) throws -> [PlanOptions.TargetPattern] {
        var owners: [Address: String] = [:]
        for workspace in manifest.domains.workspaces {
            for record in try resources(in: workspace) { owners[record.address] = record.owner }
        }
        return manifest.resources.filter { owners[$0.address]?.isExactly($0.owner) == false }
            .compactMap { PlanOptions.TargetPattern($0.address.qualified) }
    }

    /// Declared resources that were changed over HTTP since their last apply, in all workspaces or one.
    package func drift(workspace: String?) throws -> [Change] {
        try (workspace.map { [$0] } ?? workspaces()).flatMap { try resources(in: $0) }
            .compactMap { record in record.appliedText.map { Change.drift(of: record, applied: $0) } }
            .sorted { $0.address < $1.address }
    }
}
