package import Spec
import Values

extension PlanOptions {
    /// The resources of the manifests that the run is about: the targets and what they need (a policy its scopes, a webhook its
    /// event types); all of them without targets.
    package func targeted(of manifest: Manifest) -> [Resource] {
        guard !targets.isEmpty else { return manifest.resources }
        var wanted: Set<Address> = []
        for resource in manifest.resources where targets.contains(where: { $0.matches(resource.address) }) {
            wanted.insert(resource.address)
            let workspace = resource.address.workspace
            switch resource.spec {
            case .keyPolicy(let policy):
                for scope in manifest.resources
                where scope.address.workspace.isExactly(workspace) && scope.address.kind == .scope
                    && ScopePattern.covers(policy.scopes, scope.address.name)
                {
                    wanted.insert(scope.address)
                }
            case .webhook(let webhook):
                for event in webhook.events { wanted.insert(Address(workspace: workspace, kind: .event, name: event)) }
            case .scope, .event, .integration: break
            }
        }
        return manifest.resources.filter { wanted.contains($0.address) }
    }
}
