import Foundation
import Reconciler
import Spec
import Store
import Values

/// Manifests read, secrets resolved, state observed: what `plan` and `apply PATH` do alike.
struct Planning {
    var plan: Plan
    var secrets: [Address: [String: Secret]]
    /// Nil where there is no state yet, and the plan was made against an empty one.
    var store: Store?

    /// A state that does not exist is an empty one, and is not made by planning.
    static func make(
        _ paths: [String], _ options: PlanOptions, state: LocalStateOptions, in world: World, format: OutputFormat
    ) async throws -> Planning {
        _ = try state.location(in: world)
        let reading = try ManifestOptions.read(paths, in: world, format: format)
        guard let manifest = reading.manifest else { preconditionFailure("a reading without errors has a manifest") }
        let secrets = try ManifestOptions.secrets(
            of: options.targeted(of: manifest), places: reading.places, in: world, format: format)
        let plan: Plan
        let store = try state.openIfPresent(in: world)
        if let store {
            let now = world.now()
            plan = try await store.read { try $0.plan(for: manifest, secrets: secrets, options: options, at: now) }
        } else {
            plan = try unborn(manifest, secrets: secrets, options: options, keyring: StateOptions.keyring(in: world))
        }
        if let unknown = options.targets.first(where: { target in !plan.changes.contains { target.matches($0.address) } }) {
            throw unknownTarget(unknown, manifest: manifest)
        }
        return Planning(plan: plan, secrets: secrets, store: store)
    }

    private static func unborn(
        _ manifest: Manifest, secrets: [Address: [String: Secret]], options: PlanOptions, keyring: Keyring?
    ) throws -> Plan {
        var plan = Plan.make(
            desired: manifest, secrets: secrets,
            observed: Observed(base: Observed.Base(lineage: "", serial: 0), records: []), options: options)
        if !secrets.isEmpty {
            let keyring = try keyring.required()
            plan.fingerprints = secrets.mapValues { $0.mapValues(keyring.fingerprint) }
        }
        return plan
    }

    private static func unknownTarget(_ target: PlanOptions.TargetPattern, manifest: Manifest) -> CommandError {
        let names = manifest.resources.flatMap { [$0.address.local, $0.address.qualified] }
        let remedy = Nearest.remedy(for: target.text, among: names, otherwise: "neither the manifests nor the state have it")
        return CommandError(.failure, "no resource `\(target.text)`: \(remedy)")
    }
}

extension CommandError {
    /// The exit code of each kind of failure.
    init(_ error: ReconcileError) {
        switch error.code {
        case .stale: self.init(.stalePlan, error.message)
        case .refused: self.init(.refused, error.message.replacing("\n", with: "\nerror: "))
        case .ownedByAnother: self.init(.ownedByAnother, error.message.replacing("\n", with: "\nerror: "))
        case .unreadablePlan, .unknownTarget, .unreadableState, .missingSecret: self.init(.failure, error.message)
        }
    }
}
