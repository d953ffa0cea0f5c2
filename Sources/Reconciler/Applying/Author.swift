/// Who applies, and from which commit: what a revision remembers of it.
package struct Author: Sendable, Equatable {
    /// `user@host`, or over HTTP the token's subject.
    package var name: String
    /// Of the repository that the manifests are in; nil outside of one.
    package var commit: String?
    /// Whether that repository's working tree differs from the commit.
    package var isDirty: Bool

    package init(name: String, commit: String? = nil, isDirty: Bool = false) {
        self.name = name
        self.commit = commit
        self.isDirty = isDirty
    }
}
