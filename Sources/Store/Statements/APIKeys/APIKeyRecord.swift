package import Spec
package import Values

/// A key as it is stored: everything but the key itself.
package struct APIKeyRecord: Sendable, Equatable {
    package var id: APIKeyID
    package var workspace: String
    package var name: String
    /// SHA-256 of the whole key.
    package var hash: [UInt8]
    /// The prefix and the first characters behind it, by which a person tells keys apart.
    package var hint: String
    /// Whose limits it counts against: the first key of its line of rotations, so that rotating doubles nothing.
    package var subject: String
    /// The key that replaced it.
    package var rotatedTo: APIKeyID?
    /// The stable name of the policy that it follows.
    package var policy: String?
    /// Nil takes all that the policy allows.
    package var scopes: [String]?
    /// Its own limits; the policy's count besides.
    package var limits: RateLimits
    package var status: Status
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    package var owner: String?
    package var metadata: JSON?
    package var createdAt: Timestamp
    package var createdBy: String
    /// To the minute.
    package var lastUsedAt: Timestamp?
    /// Grows over all keys with every change of any; of two records of one key the higher is the newer.
    package var change: Int

    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case disabled = "DISABLED"
        case revoked = "REVOKED"
    }

    package init(
        id: APIKeyID, workspace: String, name: String, hash: [UInt8], hint: String, subject: String? = nil,
        rotatedTo: APIKeyID? = nil, policy: String? = nil, scopes: [String]? = nil, limits: RateLimits = RateLimits(),
        status: Status = .active, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil, owner: String? = nil,
        metadata: JSON? = nil, createdAt: Timestamp, createdBy: String, lastUsedAt: Timestamp? = nil, change: Int = 0
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.hash = hash
        self.hint = hint
        self.subject = subject ?? id.text
        self.rotatedTo = rotatedTo
        self.policy = policy
        self.scopes = scopes
        self.limits = limits
        self.status = status
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.owner = owner
        self.metadata = metadata
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastUsedAt = lastUsedAt
        self.change = change
    }
}
