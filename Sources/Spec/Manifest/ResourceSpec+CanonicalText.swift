import Values

extension ResourceSpec {
    /// Canonical JSON of the spec: what the state stores and a plan compares first.
    package var canonicalText: String {
        switch self {
        case .scope(let spec): spec.canonicalText
        case .webhook(let spec): spec.canonicalText
        case .event, .keyPolicy, .integration: json.canonicalText
        }
    }
}

extension ScopeSpec {
    fileprivate var canonicalText: String {
        var object = CanonicalObject(capacity: 24 + description.utf8.count)
        object.member("description", description)
        return object.text()
    }
}
