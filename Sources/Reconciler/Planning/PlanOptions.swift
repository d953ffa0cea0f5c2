package import Spec
import Values

/// What the person who plans asked for besides the manifests.
package struct PlanOptions: Sendable, Equatable {
    /// Whether what is no longer declared goes.
    package var prunes: Bool
    /// Empty for everything; otherwise these addresses and what they need.
    package var targets: [TargetPattern]
    /// Resources that may be taken from another owner.
    package var takesOwnership: [TargetPattern]

    package init(prunes: Bool = true, targets: [TargetPattern] = [], takesOwnership: [TargetPattern] = []) {
        self.prunes = prunes
        self.targets = targets
        self.takesOwnership = takesOwnership
    }

    /// An address as people type it: `webhook.post-published`, or with `WORKSPACE/` before it.
    package struct TargetPattern: Sendable, Hashable {
        package var workspace: String?
        package var kind: ResourceKind
        package var name: String

        /// Nil for a text that is no address.
        package init?(_ text: String) {
            var rest = text[...]
            if let slash = rest.firstIndex(of: "/") {
                workspace = String(rest[..<slash])
                rest = rest[rest.index(after: slash)...]
            }
            guard let dot = rest.firstIndex(of: "."), let kind = ResourceKind(rawValue: String(rest[..<dot])) else { return nil }
            self.kind = kind
            name = String(rest[rest.index(after: dot)...])
            guard !name.isEmpty else { return nil }
        }

        package func matches(_ address: Address) -> Bool {
            address.kind == kind && address.name.isExactly(name) && (workspace.map(address.workspace.isExactly) ?? true)
        }

        package var text: String { (workspace.map { $0 + "/" } ?? "") + kind.rawValue + "." + name }
    }
}
