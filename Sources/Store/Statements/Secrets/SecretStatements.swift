package import Values

private enum SecretSQL {
    /// Parameters: id of the resource.
    static let ofResource: SQL = "SELECT field, sealed FROM secrets WHERE resource_id = ?"
}

extension Statements {
    /// The secrets of one resource, opened, by field path.
    package func secrets(of resourceID: String) throws -> [String: Secret] {
        try secrets(ofResources: [resourceID])[resourceID] ?? [:]
    }

    /// Opens the secrets of the given rows, by row id and field.
    package func secrets(ofResources ids: Set<String>) throws -> [String: [String: Secret]] {
        guard !ids.isEmpty else { return [:] }
        let ids = ids.sorted { $0.precedes($1) }
        var secrets: [String: [String: Secret]] = [:]
        try db.run(SecretSQL.ofResource, each: ids.map { [$0] }) { position, row in
            let (id, field): (String, String) = (ids[position], try row[0])
            secrets[id, default: [:]][field] = try requireKeyring().open(try row[1], at: .secret(of: id, field: field))
        }
        return secrets
    }

    /// The same, where each resource's may fail by itself: those of one that no key opens are its `sealed` error.
    package func openableSecrets(ofResources ids: Set<String>) throws -> [String: Result<[String: Secret], StoreError>] {
        guard !ids.isEmpty else { return [:] }
        let ids = ids.sorted { $0.precedes($1) }
        var secrets: [String: Result<[String: Secret], StoreError>] = [:]
        try db.run(SecretSQL.ofResource, each: ids.map { [$0] }) { position, row in
            let (id, field): (String, String) = (ids[position], try row[0])
            guard case .success(var fields) = secrets[id] ?? .success([:]) else { return }
            do {
                fields[field] = try requireKeyring().open(try row[1], at: .secret(of: id, field: field))
                secrets[id] = .success(fields)
            } catch let error as StoreError where error.code == .sealed {
                secrets[id] = .failure(error)
            }
        }
        return secrets
    }
}

extension Writing {
    /// Sets or replaces one secret of a resource.
    package func setSecret(_ secret: Secret, of resourceID: String, field: String, at now: Timestamp) throws {
        try setSecrets([ResourceSecret(resourceID: resourceID, field: field, value: secret)], at: now)
    }

    package func deleteSecret(of resourceID: String, field: String) throws {
        try deleteSecrets([(resourceID: resourceID, field: field)])
    }

    /// Removes all of a resource's.
    package func deleteSecrets(of resourceID: String) throws {
        try deleteSecrets(ofResources: [resourceID])
    }

    /// Sets or replaces secrets of any resources, with one wait at most.
    ///
    /// - Parameter secrets: of one field one value.
    package func setSecrets(_ secrets: [ResourceSecret], at now: Timestamp) throws {
        guard !secrets.isEmpty else { return }
        let keyring = try sealingKeyring()
        let sorted = secrets.sorted { a, b in
            a.resourceID.isExactly(b.resourceID) ? a.field.precedes(b.field) : a.resourceID.precedes(b.resourceID)
        }
        let arguments = try sorted.map { secret in
            let sealed = try keyring.seal(secret.value, for: .secret(of: secret.resourceID, field: secret.field))
            return [secret.resourceID, secret.field, sealed, now] as SQLArguments
        }
        try db.queue(
            """
            INSERT INTO secrets (resource_id, field, sealed, updated_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (resource_id, field) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
            """,
            each: arguments)
    }

    /// Removes every secret of the given rows, with one wait at most; in the order of the keys, in which a rotation takes them too.
    package func deleteSecrets(ofResources ids: [String]) throws {
        guard !ids.isEmpty else { return }
        try db.queue(
            """
            WITH pick AS MATERIALIZED (SELECT field FROM secrets WHERE resource_id = ? ORDER BY field {for update})
            DELETE FROM secrets WHERE resource_id = ? AND field IN (SELECT field FROM pick)
            """, each: ids.sorted { $0.precedes($1) }.map { [$0, $0] })
    }

    /// Removes secrets of any resources, with one wait at most; those that are not there are none to remove.
    package func deleteSecrets(_ fields: [(resourceID: String, field: String)]) throws {
        guard !fields.isEmpty else { return }
        let sorted = fields.sorted { a, b in
            a.resourceID.isExactly(b.resourceID) ? a.field.precedes(b.field) : a.resourceID.precedes(b.resourceID)
        }
        try db.queue("DELETE FROM secrets WHERE resource_id = ? AND field = ?", each: sorted.map { [$0.resourceID, $0.field] })
    }
}

extension Keyring.Place {
    static func secret(of resourceID: String, field: String) -> Keyring.Place {
        Keyring.Place(table: "secrets", row: resourceID, column: field)
    }
}
