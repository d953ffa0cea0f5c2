import GRDB
package import Spec
package import Values

extension Statements {
    package func integration(_ id: IntegrationID) throws -> IntegrationRecord? {
        try Row.fetchOne(db, sql: "SELECT * FROM integrations WHERE id = ?", arguments: [id.text]).map { try IntegrationRecord($0) }
    }

    /// Newest first, after the id `after`; a nil workspace means every one.
    ///
    /// `spec` is canonical JSON whose only member `public` with a bare `true` is the integration's own, since every other
    /// text in it is a string; so the pattern is exact.
    package func integrations(
        workspace: String?, includesPublic: Bool, after: String?, limit: PageLimit
    ) throws -> ListPage<IntegrationRecord> {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM integrations
                WHERE (workspace = ? OR ? OR (? AND spec LIKE '%"public":true%')) AND id < ?
                ORDER BY id DESC LIMIT ?
                """,
            arguments: [workspace, workspace == nil, includesPublic, after ?? "~", limit.rows])
        return try ListPage(rows, limit: limit) { try IntegrationRecord($0) }
    }

    /// The client's credentials, opened; nil where the spec names none.
    package func clientCredentials(of record: IntegrationRecord) throws -> (id: String?, secret: Secret?) {
        let secrets = record.spec.secrets.isEmpty ? [:] : try secrets(of: record.id.text)
        let id: String? =
            switch record.spec.config.clientId {
            case .text(let text)?: text
            case .secret?: secrets["config.clientId"]?.reveal()
            case nil: nil
            }
        return (id, record.spec.config.clientSecret == nil ? nil : secrets["config.clientSecret"])
    }
}

extension Writing {
    /// Adds an integration made over HTTP and returns it; a taken name gets the end of the id behind it.
    package func insertIntegration(
        id: IntegrationID, workspace: String, name: String, spec: IntegrationSpec, by actor: String, at now: Timestamp
    ) throws -> IntegrationRecord {
        for candidate in [name, "\(name.prefix(50))-\(id.text.suffix(12))"] {
            let row = try Row.fetchOne(
                db,
                sql: """
                    INSERT INTO integrations
                        (id, workspace, name, owner, origin, prevent_destroy, spec, created_at, updated_at, updated_by)
                    VALUES (?, ?, ?, '', 'api', 0, ?, ?, ?, ?)
                    ON CONFLICT (workspace, name) DO NOTHING RETURNING *
                    """,
                arguments: [id.text, workspace, candidate, spec.json.canonicalText, now.milliseconds, now.milliseconds, actor])
            if let row {
                try advanceSerial()
                return try IntegrationRecord(row)
            }
        }
        throw StoreError(code: .constraint, message: "the name \(name) is taken twice over in \(workspace)")
    }

    /// Replaces the spec; nil where the integration is gone. A fault of the old configuration is forgotten.
    package func updateIntegration(
        _ id: IntegrationID, spec: IntegrationSpec, by actor: String, at now: Timestamp
    ) throws -> IntegrationRecord? {
        let row = try Row.fetchOne(
            db,
            sql: """
                UPDATE integrations SET spec = ?, updated_at = ?, updated_by = ?, error_at = NULL, error = NULL
                WHERE id = ? RETURNING *
                """,
            arguments: [spec.json.canonicalText, now.milliseconds, actor, id.text])
        guard let row else { return nil }
        try advanceSerial()
        return try IntegrationRecord(row)
    }

    /// Removes the integration with its secrets, states and connections, whose revocation is queued first.
    package func deleteIntegration(_ id: IntegrationID, at now: Timestamp) throws -> Bool {
        try queueRevocations(ofIntegration: id, at: now)
        try deleteSecrets(of: id.text)
        try db.execute(sql: "DELETE FROM integrations WHERE id = ?", arguments: [id.text])
        guard db.changesCount > 0 else { return false }
        try advanceSerial()
        return true
    }

    /// Marks or, with nil, clears the fault that shows as status ERROR.
    package func setIntegrationError(_ error: String?, of id: IntegrationID, at now: Timestamp) throws {
        try db.execute(
            sql: "UPDATE integrations SET error_at = ?, error = ? WHERE id = ? AND (error IS NOT NULL OR ? IS NOT NULL)",
            arguments: [error == nil ? nil : now.milliseconds, error, id.text, error])
    }
}
