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
        try setSecrets([ResourceSecret(resourceID: resourceID, field: field, value: secret)], at: now)
    }

    package func deleteSecret(of resourceID: String, field: String) throws {
        try deleteSecrets([(resourceID: resourceID, field: field)])
    }

    /// Removes all of a resource's.
    package func deleteSecrets(of resourceID: String) throws {
        try deleteSecrets(ofResources: [resourceID])
    }
}

extension Keyring.Place {
    static func secret(of resourceID: String, field: String) -> Keyring.Place {
        Keyring.Place(table: "secrets", row: resourceID, column: field)
    }
}
