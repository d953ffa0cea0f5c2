package import Values

/// A connection's tokens, opened.
package struct ConnectionTokens: Sendable, Equatable {
    package var access: Secret
    package var refresh: Secret?

    package init(access: Secret, refresh: Secret?) {
        self.access = access
        self.refresh = refresh
    }

    init(access: [UInt8], refresh: [UInt8]?, of id: ConnectionID, openedBy keyring: Keyring) throws(StoreError) {
        self.access = try keyring.open(access, at: .accessToken(of: id))
        self.refresh = nil
        if let refresh { self.refresh = try keyring.open(refresh, at: .refreshToken(of: id)) }
    }
}
