import Spec
package import Values

/// An account that was connected through an integration, without its tokens.
package struct ConnectionRecord: Sendable, Equatable {
    package var id: ConnectionID
    package var workspace: String
    package var integrationID: IntegrationID
    package var status: Status
    package var scopes: [String]
    package var tokenType: String
    package var isRefreshable: Bool
    /// What the provider sent with the tokens and the catalogue keeps, such as `instance_url`.
    package var metadata: [String: String]
    /// The provider's data centre, as its callback named it.
    package var region: String?
    package var expiresAt: Timestamp?
    /// When the runtime refreshes by itself; nil for never.
    package var dueAt: Timestamp?
    /// Grows with every new token set; the fence of all writes.
    package var generation: Int
    /// Who is refreshing, and until when nobody else may; a lease that ran out was left by a process that died.
    package var lease: String?
    package var leaseExpiresAt: Timestamp?
    /// Refreshes in a row that came to nothing.
    package var failures: Int
    package var errorCode: String?
    package var error: String?
    package var errorAt: Timestamp?
    package var createdBy: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var refreshedAt: Timestamp?

    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        /// The last refresh failed for a passing reason, or for one of the integration's; the tokens may still serve.
        case degraded = "DEGRADED"
        /// A person has to authorise again.
        case needsReauthorization = "NEEDS_REAUTH"
    }

    /// From a row with the columns that every statement of `ConnectionStatements` names.
    init(_ row: Row) throws {
        let id: String = try row["id"]
        guard let connectionID = ConnectionID(id), let integrationID = IntegrationID(try row["integration_id"] as String),
            let status = Status(rawValue: try row["status"])
        else { throw StoreError(code: .notAState, message: "the connection \(id) in the state is damaged") }
        self.id = connectionID
        self.integrationID = integrationID
        self.status = status
        workspace = try row["workspace"]
        scopes = ScopeList.decode(try row["scopes"])
        tokenType = try row["token_type"]
        // Not `IS NOT NULL`, which SQLite 3.40 takes for true in every RETURNING.
        isRefreshable = try row["refresh_bytes"] as Int64? != nil
        metadata = Self.metadata(try row["metadata"])
        region = try row["region"]
        expiresAt = try row["expires_at"]
        dueAt = try row["due_at"]
        generation = try row["generation"]
        lease = try row["lease"]
        leaseExpiresAt = try row["lease_expires_at"]
        // Counted on from here: a damaged row must not reach the end of the integers.
        let failures: Int = try row["failures"]
        self.failures = min(max(failures, 0), 1_000_000)
        errorCode = try row["error_code"]
        error = try row["error"]
        errorAt = try row["error_at"]
        createdBy = try row["created_by"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
        refreshedAt = try row["refreshed_at"]
    }

    private static func metadata(_ text: String?) -> [String: String] {
        let members = text.flatMap { try? JSON(parsing: $0) }?.object?.members ?? []
        let pairs = members.compactMap { member in member.value.string.map { (member.key, $0) } }
        return Dictionary(pairs) { _, last in last }
    }
}
