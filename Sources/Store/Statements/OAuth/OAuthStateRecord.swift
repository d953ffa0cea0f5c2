import Spec
package import Values

/// A flow that was started and not finished: what the callback needs to know, under the hash of its state.
package struct OAuthStateRecord: Sendable {
    /// SHA-256 of the state; the state itself is nowhere kept.
    package var hash: [UInt8]
    package var workspace: String
    package var integrationID: IntegrationID
    /// The connection to be authorised again; nil makes a new one.
    package var connectionID: ConnectionID?
    package var redirectURI: String
    package var returnURL: String?
    package var scopes: [String]
    /// The PKCE verifier; nil where none is used.
    package var verifier: Secret?
    /// Whether the callback must come from the browser that opened the start address.
    package var isBrowserBound: Bool
    /// SHA-256 of the cookie's value; nil until the start address was opened.
    package var browserHash: [UInt8]?
    package var createdBy: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp

    /// RFC 6749 § 4.1.2 recommends ten minutes for a code; the state outlives it by nothing.
    package static let lifetime: Duration = .seconds(600)

    package init(
        hash: [UInt8], workspace: String, integrationID: IntegrationID, connectionID: ConnectionID?, redirectURI: String,
        returnURL: String?, scopes: [String], verifier: Secret?, isBrowserBound: Bool, createdBy: String, createdAt: Timestamp
    ) {
        self.hash = hash
        self.workspace = workspace
        self.integrationID = integrationID
        self.connectionID = connectionID
        self.redirectURI = redirectURI
        self.returnURL = returnURL
        self.scopes = scopes
        self.verifier = verifier
        self.isBrowserBound = isBrowserBound
        self.browserHash = nil
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = createdAt + Self.lifetime
    }
}
