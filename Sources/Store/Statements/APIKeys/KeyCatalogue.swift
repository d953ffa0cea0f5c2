package import Spec
package import Values

/// What manifests declare about keys, in every workspace: scopes and policies.
package struct KeyCatalogue: Sendable, Equatable {
    /// The serial of the state that it was read from; of two the higher is the newer.
    package var serial: Int
    /// Declared scopes by workspace, sorted.
    package var scopes: [ExactText: [String]]
    /// Policies by workspace and name.
    package var policies: [ExactText: [ExactText: KeyPolicySpec]]

    package init(
        serial: Int = -1, scopes: [ExactText: [String]] = [:], policies: [ExactText: [ExactText: KeyPolicySpec]] = [:]
    ) {
        self.serial = serial
        self.scopes = scopes
        self.policies = policies
    }

    /// The scopes that the workspace declares, sorted.
    package func scopes(of workspace: String) -> [String] { scopes[ExactText(workspace)] ?? [] }

    package func declaresPolicies(_ workspace: String) -> Bool { policies[ExactText(workspace)]?.isEmpty == false }

    /// The names of the policies that the workspace declares, sorted.
    package func policyNames(of workspace: String) -> [String] { (policies[ExactText(workspace)] ?? [:]).keys.sorted().map(\.text) }

    /// The policy of that name; nil for no name, and where the workspace declares none of it.
    package func policy(_ name: String?, of workspace: String) -> KeyPolicySpec? {
        name.flatMap { policies[ExactText(workspace)]?[ExactText($0)] }
    }
}
