package import Values

/// One committed apply.
package struct Revision: Sendable, Equatable {
    /// Counts from 1, without gaps.
    package var number: Int
    package var at: Timestamp
    /// `user@host`, or over HTTP the token's subject.
    package var actor: String
    /// Of the repository that the manifests were in, where they were in one.
    package var commit: String?
    /// Whether the working tree had changes that the commit does not.
    package var isDirty: Bool
    package var planDigest: String
    /// Of the state after this revision.
    package var serial: Int

    /// The earlier revision that this one returned to; nil for an apply.
    package var rollbackOf: Int?

    package init(
        number: Int, at: Timestamp, actor: String, commit: String?, isDirty: Bool, planDigest: String, serial: Int, rollbackOf: Int? = nil
    ) {
        self.number = number
        self.at = at
        self.actor = actor
        self.commit = commit
        self.isDirty = isDirty
        self.planDigest = planDigest
        self.serial = serial
        self.rollbackOf = rollbackOf
    }
}
