package import Values

/// A token set as it goes into the state.
package struct Grant: Sendable, Equatable {
    package var tokens: ConnectionTokens
    package var tokenType: String
    package var scopes: [String]
    package var metadata: [String: String]
    package var expiresAt: Timestamp?
    package var dueAt: Timestamp?

    package init(
        tokens: ConnectionTokens, tokenType: String, scopes: [String], metadata: [String: String], expiresAt: Timestamp?,
        dueAt: Timestamp?
    ) {
        self.tokens = tokens
        self.tokenType = tokenType
        self.scopes = scopes
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.dueAt = dueAt
    }

    var metadataText: String? {
        metadata.isEmpty ? nil : JSON.object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })).text
    }
}
