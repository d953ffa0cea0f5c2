package import Spec
package import Values

extension Statements {
    package func integration(_ id: IntegrationID) throws -> IntegrationRecord? {
        try db.row(
            """
            SELECT id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by, error_at,
                error
            FROM integrations WHERE id = ?
            """, [id]
        ) { row in try IntegrationRecord(row) }
    }

    /// Those of these integrations that are there, with one wait.
    package func integrations(_ ids: Set<IntegrationID>) throws -> [IntegrationID: IntegrationRecord] {
        var records: [IntegrationID: IntegrationRecord] = [:]
        try db.run(
            """
            SELECT id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by, error_at,
                error
            FROM integrations WHERE id = ?
            """, each: ids.sorted().map { [$0] }
        ) { _, row in
            let record = try IntegrationRecord(row)
            records[record.id] = record
        }
        return records
    }

    /// Newest first, after the id `after`; a nil workspace means every one.
    ///
    /// `spec` is canonical JSON whose only member `public` with a bare `true` is the integration's own, since every other
    /// text in it is a string; so the pattern is exact.
    package func integrations(
        workspace: String?, includesPublic: Bool, after: String?, limit: PageLimit
    ) throws -> ListPage<IntegrationRecord> {
        // A bound in any case, which lets SQLite start behind `after`; no id reaches `~`.
        try db.page(
            """
            SELECT id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by, error_at,
                error
            FROM integrations
            WHERE (? IS NULL OR workspace = ? OR (? = 1 AND spec LIKE '%"public":true%')) AND id < coalesce(?, '~')
            ORDER BY id DESC LIMIT ?
            """, [workspace, workspace, includesPublic, after, limit.rows], limit: limit
        ) { row in try IntegrationRecord(row) }
    }

    /// The client's credentials, opened; nil where the spec names none.
    package func clientCredentials(of record: IntegrationRecord) throws -> (id: String?, secret: Secret?) {
        try clientCredentials(of: [record])[record.id] ?? (nil, nil)
    }

    /// The same of several integrations, with one wait.
    func clientCredentials(of records: [IntegrationRecord]) throws -> [IntegrationID: (id: String?, secret: Secret?)] {
        let secrets = try secrets(ofResources: Set(records.filter { !$0.spec.secrets.isEmpty }.map(\.id.text)))
        var credentials: [IntegrationID: (id: String?, secret: Secret?)] = [:]
        for record in records {
            let own = secrets[record.id.text] ?? [:]
            let id: String? =
                switch record.spec.config.clientId {
                case .text(let text)?: text
                case .secret?: own["config.clientId"]?.reveal()
                case nil: nil
                }
            credentials[record.id] = (id, record.spec.config.clientSecret == nil ? nil : own["config.clientSecret"])
        }
        return credentials
    }
}

extension Writing {
    /// The integrations, locked to the end of the transaction in the order of their ids: nobody changes them, and no connection or flow
    /// is added to them. Those that are gone are left out.
    func holdIntegrations(_ ids: [IntegrationID]) throws -> [IntegrationRecord] {
        var held: [IntegrationRecord] = []
        try db.run(
            """
            SELECT id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by, error_at,
                error
            FROM integrations WHERE id = ? {for update}
            """, each: ids.sorted().map { [$0] }
        ) { _, row in held.append(try IntegrationRecord(row)) }
        return held
    }

    /// Adds an integration made over HTTP and returns it; a taken name gets the end of the id behind it.
    package func insertIntegration(
        id: IntegrationID, workspace: String, name: String, spec: IntegrationSpec, by actor: String, at now: Timestamp
    ) throws -> IntegrationRecord {
        for candidate in [name, "\(name.prefix(50))-\(id.text.suffix(12))"] {
            let record = try db.row(
                """
                INSERT INTO integrations
                    (id, workspace, name, owner, origin, prevent_destroy, spec, created_at, updated_at, updated_by)
                VALUES (?, ?, ?, '', 'api', 0, ?, ?, ?, ?)
                ON CONFLICT (workspace, name) DO NOTHING
                RETURNING id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by,
                    error_at, error
                """,
                [id, workspace, candidate, spec.json.canonicalText, now, now, actor]
            ) { row in try IntegrationRecord(row) }
            if let record {
                try advanceSerial()
                return record
            }
        }
        throw StoreError(code: .constraint, message: "the name \(name) is taken twice over in \(workspace)")
    }

    /// Replaces the spec; nil where the integration is gone. A fault of the old configuration is forgotten.
    package func updateIntegration(
        _ id: IntegrationID, spec: IntegrationSpec, by actor: String, at now: Timestamp
    ) throws -> IntegrationRecord? {
        let record = try db.row(
            """
            UPDATE integrations SET spec = ?, updated_at = ?, updated_by = ?, error_at = NULL, error = NULL
            WHERE id = ?
            RETURNING id, workspace, name, owner, origin, file, line, prevent_destroy, spec, created_at, updated_at, updated_by, error_at,
                error
            """, [spec.json.canonicalText, now, actor, id]
        ) { row in try IntegrationRecord(row) }
        guard let record else { return nil }
        try advanceSerial()
        return record
    }

    /// Removes the integration with its secrets, states and connections, whose revocation is queued first.
    package func deleteIntegration(_ id: IntegrationID, at now: Timestamp) throws -> Bool {
        try queueRevocations(ofIntegration: id, at: now)
        try deleteSecrets(of: id.text)
        guard try db.run("DELETE FROM integrations WHERE id = ?", [id]) > 0 else { return false }
        try advanceSerial()
        return true
    }

    /// Marks or, with nil, clears the fault that shows as status ERROR.
    package func setIntegrationError(_ error: String?, of id: IntegrationID, at now: Timestamp) throws {
        try db.run(
            "UPDATE integrations SET error_at = ?, error = ? WHERE id = ? AND (error IS NOT NULL OR ? IS NOT NULL)",
            [error.map { _ in now }, error, id, error])
    }
}
