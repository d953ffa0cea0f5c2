import Store

/// What a manifest may declare, and then has the say over.
protocol DeclarableRecord {
    var isDeclared: Bool { get }
    /// Where, as far as it is known.
    var file: String? { get }
    var line: Int? { get }
    /// `lifecycle.preventDestroy` of the manifest.
    var preventDestroy: Bool { get }
    /// As messages name it, such as "the webhook `audit`".
    var title: String { get }
}

extension DeclarableRecord {
    /// Whether a change goes against a manifest; throws 409 where it does and is no override.
    ///
    /// - Parameter overriding: whether an admin said so (`Call.overrides()`).
    func admitChange(overriding: Bool) throws(APIError) -> Bool {
        guard isDeclared else { return false }
        guard overriding else { throw .managedByManifest(title, file: file, line: line) }
        return true
    }

    /// The same of a deletion, which `preventDestroy` forbids to an override too.
    func admitDeletion(overriding: Bool) throws(APIError) -> Bool {
        let isOverride = try admitChange(overriding: overriding)
        guard !preventDestroy else { throw .preventDestroy(title) }
        return isOverride
    }
}

extension WebhookRecord: DeclarableRecord {
    var title: String { "the webhook `\(name)`" }
}

extension IntegrationRecord: DeclarableRecord {
    var isDeclared: Bool { declaration != nil }
    var file: String? { declaration?.file }
    var line: Int? { declaration?.line }
    var title: String { "the integration `\(name)`" }
}
