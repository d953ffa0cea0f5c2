package import Values

extension Statements {
    /// The secrets of one resource, opened, by field path.
    package func secrets(of resourceID: String) throws -> [String: Secret] {
        var secrets: [String: Secret] = [:]
        try db.forEach("SELECT field, sealed FROM secrets WHERE resource_id = ?", [resourceID]) { row in
            let field: String = try row[0]
            secrets[field] = try requireKeyring().open(row[1], at: .secret(of: resourceID, field: field))
            return true
        }
        return secrets
    }
}

extension Writing {
    /// Sets or replaces one secret of a resource.
    package func setSecret(_ secret: Secret, of resourceID: String, field: String, at now: Timestamp) throws {
        let sealed = try requireKeyring().seal(secret, for: .secret(of: resourceID, field: field))
        try db.run(
            """
            INSERT INTO secrets (resource_id, field, sealed, updated_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (resource_id, field) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
            """, [resourceID, field, sealed, now.milliseconds])
    }

    package func deleteSecret(of resourceID: String, field: String) throws {
        try db.run("DELETE FROM secrets WHERE resource_id = ? AND field = ?", [resourceID, field])
    }

    /// In the order of the keys, in which a rotation takes them too.
    package func deleteSecrets(of resourceID: String) throws {
        try db.run(
            """
            WITH pick AS MATERIALIZED (SELECT field FROM secrets WHERE resource_id = ? ORDER BY field {for update})
            DELETE FROM secrets WHERE resource_id = ? AND field IN (SELECT field FROM pick)
            """, [resourceID, resourceID])
    }
}

extension Keyring.Place {
    static func secret(of resourceID: String, field: String) -> Keyring.Place {
        Keyring.Place(table: "secrets", row: resourceID, column: field)
    }
}
