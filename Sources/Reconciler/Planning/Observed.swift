package import Spec
package import Store
package import Values

/// The part of the state that a plan looks at, read in one transaction.
package struct Observed: Sendable {
    /// Which state and which version of it: Terraform's words.
    package struct Base: Sendable, Hashable {
        package var lineage: String
        package var serial: Int

        package init(lineage: String, serial: Int) {
            self.lineage = lineage
            self.serial = serial
        }

        package var json: JSON { ["lineage": .string(lineage), "serial": .integer(serial)] }
    }

    package var base: Base
    /// All resources of the workspaces that the manifests name.
    package var records: [ResourceRecord]
    /// Values of the secrets of those resources that the plan compares, by field.
    package var secrets: [Address: [String: Secret]]

    package init(base: Base, records: [ResourceRecord], secrets: [Address: [String: Secret]] = [:]) {
        self.base = base
        self.records = records
        self.secrets = secrets
    }
}
