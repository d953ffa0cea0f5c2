import Store
package import Values

/// The decision on a key but for its limits: status, then address, then scopes. Pure.
package enum KeyCheck {
    /// Why the key is refused; nil leaves the limits to decide, which come last, so that a refused call counts nowhere.
    package static func refusal(
        of grant: KeyGrant, scopes: some Sequence<String>, from address: IPAddress?, at now: Timestamp
    ) -> KeyCode? {
        switch grant.record.status {
        case .revoked: return .revoked
        case .disabled: return .disabled
        case .active: break
        }
        if grant.isOrphan { return .disabled }
        if let end = grant.record.expiresAt, now >= end { return grant.record.rotatedTo == nil ? .expired : .rotated }
        if let networks = grant.networks {
            guard let address, networks.contains(where: { $0.contains(address) }) else { return .addressForbidden }
        }
        for scope in scopes where !grant.scopes.containsExactly(scope) { return .insufficientScope }
        return nil
    }
}
