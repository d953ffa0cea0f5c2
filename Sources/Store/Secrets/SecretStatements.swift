import Foundation
import GRDB
package import Values

extension Statements {
    /// The secrets of one resource, opened, by field path.
    package func secrets(of resourceID: String) throws -> [String: Secret] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT field, sealed FROM secrets WHERE resource_id = ?", arguments: [resourceID])
        guard !rows.isEmpty else { return [:] }
        let keyring = try requireKeyring()
        var secrets: [String: Secret] = [:]
        for row in rows {
            let field: String = row[0]
            secrets[field] = try keyring.open(Array(row[1] as Data), at: .secret(of: resourceID, field: field))
        }
        return secrets
    }
}

extension Writing {
    /// Sets or replaces one secret of a resource.
    package func setSecret(_ secret: Secret, of resourceID: String, field: String, at now: Timestamp) throws {
        let sealed = try requireKeyring().seal(secret, for: .secret(of: resourceID, field: field))
        try db.execute(
            sql: """
                INSERT INTO secrets (resource_id, field, sealed, updated_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (resource_id, field) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
                """,
            arguments: [resourceID, field, Data(sealed), now.milliseconds])
    }

    package func deleteSecret(of resourceID: String, field: String) throws {
        try db.execute(sql: "DELETE FROM secrets WHERE resource_id = ? AND field = ?", arguments: [resourceID, field])
    }

    package func deleteSecrets(of resourceID: String) throws {
        try db.execute(sql: "DELETE FROM secrets WHERE resource_id = ?", arguments: [resourceID])
    }
}

extension Keyring.Place {
    static func secret(of resourceID: String, field: String) -> Keyring.Place {
        Keyring.Place(table: "secrets", row: resourceID, column: field)
    }
}
