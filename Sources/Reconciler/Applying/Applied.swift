package import Spec
package import Store
package import Values

/// What an apply did.
package struct Applied: Sendable {
    /// Nil where there was nothing to do.
    package var revision: Revision?
    /// Signing secrets that apply made, for the caller to show once on a terminal or to write to a private file.
    package var generatedSecrets: [GeneratedSecret]

    package struct GeneratedSecret: Sendable {
        package var address: Address
        package var secret: Secret
    }
}
