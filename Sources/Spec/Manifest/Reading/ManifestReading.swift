import Values

/// What came of reading the manifests of one run.
package struct ManifestReading: Sendable {
    /// Nil where there is any error, or a path without a manifest.
    package var manifest: Manifest?
    /// Everything that is wrong, by file in the order of reading and then by place (exit code 3).
    package var diagnostics: [Diagnostic]
    /// Paths at which no manifest was found: an empty or missing folder may be a mistake that a plan would turn into deletions, so
    /// this is a refusal (exit code 6) apart from what is wrong with manifests.
    package var missing: [MissingManifest] = []
    /// The names of the files that were read, in order.
    package var files: [String]
    /// Where secrets are referred to, for `SecretResolver`.
    package var places: SecretPlaces
}

/// A path that led to no manifest.
package struct MissingManifest: Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable { case noSuchPath, emptyFolder, noStandardInput }

    package var path: String
    package var reason: Reason

    package var description: String {
        switch reason {
        case .noSuchPath: "there is no file or folder \(quoted(path)): check the path"
        case .emptyFolder: "there is no manifest in the folder \(quoted(path)): it has no `.yaml` or `.yml` file"
        case .noStandardInput: "`-` was given, but standard input has nothing in it"
        }
    }
}
