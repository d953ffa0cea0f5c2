package import Spec

/// Why a plan may be read but not applied.
package enum Refusal: Sendable, Equatable {
    /// A resource with `lifecycle.preventDestroy` in the state would go.
    case preventDestroy(Address)
    /// More would go than `--max-deletes` allows.
    case maxDeletes(deletes: Int, existing: Int, percent: Int)
    /// The manifests declare what belongs to another owner.
    case ownership(Address, owner: String, by: String)

    /// Whether it is a matter of whose the resource is (exit code 7) and not of a guard (6).
    package var isOwnership: Bool {
        if case .ownership = self { true } else { false }
    }

    /// One sentence that names the remedy.
    package var message: String {
        switch self {
        case .preventDestroy(let address):
            return """
                \(address.local) would be destroyed, and its lifecycle.preventDestroy forbids it: to go on, first apply a \
                manifest that declares it with preventDestroy: false
                """
        case .maxDeletes(let deletes, let existing, let percent):
            let needed = (deletes * 100 + existing - 1) / max(existing, 1)
            return """
                the plan destroys \(deletes) of \(existing) resources, more than the \(percent) % that --max-deletes allows: \
                if that is meant, apply with --max-deletes \(needed)
                """
        case .ownership(let address, let owner, let by):
            let named = owner.isEmpty ? "manifests without an owner" : "owner `\(owner)`"
            let new = by.isEmpty ? "manifests without an owner" : "owner `\(by)`"
            return """
                \(address.local) belongs to \(named) and these are the manifests of \(new): remove it here, or declare it \
                under the same owner, or take it over with --take-ownership \(address.local)
                """
        }
    }
}
