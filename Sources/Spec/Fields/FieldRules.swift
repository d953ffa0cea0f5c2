import Values

/// What a list of texts may hold.
struct ListRule: Sendable {
    /// How many texts it may have.
    var most: Int
    /// What each of them names.
    var kind: ReferenceKind
    /// One of them, with and without its article.
    var noun: (article: String, name: String)
    /// All of them, as a manifest calls them.
    var plural: String
    /// Whether `*` covers all others and stands alone, in a manifest also in place of the list.
    var isStarAlone: Bool
    /// What to do about an empty list in a manifest.
    var remedyIfEmpty: String
}

/// What a name in a field refers to, which only the workspace as a whole can tell to be there.
package enum ReferenceKind: Sendable { case event, scopePattern }

/// What values under chosen names may be.
struct MapRule: Sendable {
    /// How many names there may be.
    var most: Int
    /// What each is, as in "the header `x`".
    var noun: String
    var nameProblem: @Sendable (String) -> String?
    var valueProblem: @Sendable (String) -> String?
    /// Whether a value is a credential by its name.
    var isSensitive: @Sendable (String) -> Bool
}

/// What a secret may be that is given over HTTP.
struct SecretRule: Sendable {
    var problem: @Sendable (Secret) -> String?
    /// Whether the state makes one where none is given, of which the spec says nothing.
    var isGenerated: Bool
    var requestSchema: JSON
}

/// A value under a name that users choose, such as a header.
package struct NamedText: Sendable, Equatable {
    package var name: String
    package var value: TextOrSecret

    package init(name: String, value: TextOrSecret) {
        self.name = name
        self.value = value
    }
}
