package import Spec
package import Store
package import Values

/// What a key may do as things are declared now: its own record seen through its policy.
package struct KeyGrant: Sendable {
    package let record: APIKeyRecord
    /// Declared scopes that the key and its policy both cover, in the declaration's order.
    package let scopes: [String]
    package let limits: RateLimits
    /// Nil lets every address in.
    package let networks: [CIDR]?
    /// Whether the policy that the key follows is declared no more; such a key is out of use.
    package let isOrphan: Bool

    /// - Parameters:
    ///   - policy: the policy that the record names, nil if there is none of that name any more.
    ///   - declared: the workspace's scopes; a key holds no others, whatever it was given once.
    package init(_ record: APIKeyRecord, policy: KeyPolicySpec?, declared: [String]) {
        self.record = record
        isOrphan = record.policy != nil && policy == nil
        var lists: [[String]] = []
        if let policy { lists.append(policy.scopes) }
        if let own = record.scopes { lists.append(own) }
        scopes = isOrphan ? [] : ScopePattern.expand(declared, within: lists)
        limits = record.limits.narrowed(by: RateLimits(perHour: policy?.rateLimitPerHour, perDay: policy?.rateLimitPerDay))
        // A network that cannot be read lets nobody in; manifests are checked, so none should come here.
        networks = policy?.allowedCIDRs.map { $0.compactMap { CIDR($0) } }
    }
}
