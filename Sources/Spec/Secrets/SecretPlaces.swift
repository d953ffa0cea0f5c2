/// Where the manifests of a run refer to secrets, so that one that cannot be had is reported at its reference.
package struct SecretPlaces: Sendable {
    private let files: [ManifestFile]
    private let places: [SecretPlace]

    init(files: [ManifestFile], places: [SecretPlace]) {
        self.files = files
        self.places = places
    }

    /// For resources that come from a saved plan or the state.
    package static let none = SecretPlaces(files: [], places: [])

    /// Diagnostics for problems with secrets, in the order of the manifests; those without a known place name the address.
    func diagnostics(_ problems: [SecretProblem]) -> [Diagnostic] {
        var known: [Key: SecretPlace] = [:]
        for place in places { known[Key(address: place.address, field: place.field)] = place }
        var excerpts: [Int: SourceExcerpt] = [:]
        var diagnostics: [Diagnostic] = []
        for problem in problems.prefix(Findings.limit) {
            guard let place = known[Key(address: problem.address, field: problem.field)] else {
                diagnostics.append(
                    Diagnostic("`\(problem.field)` of `\(problem.address.local)`: \(problem.summary)", detail: problem.detail, at: nil))
                continue
            }
            let excerpt = excerpts[place.file] ?? SourceExcerpt(files[place.file], hiding: [])
            excerpts[place.file] = excerpt
            diagnostics.append(excerpt.diagnostic(Finding(span: place.span, summary: problem.summary, detail: problem.detail)))
        }
        return Diagnostic.cut(Diagnostic.sorted(diagnostics, files: files.map(\.name)), omitted: max(0, problems.count - Findings.limit))
    }

    private struct Key: Hashable {
        var address: Address
        var field: String
    }
}

/// Why a secret cannot be had.
struct SecretProblem {
    var address: Address
    var field: String
    var summary: String
    var detail: String?
}
