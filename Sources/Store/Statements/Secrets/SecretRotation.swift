import Values

extension Store {
    /// Seals everything anew that is not under the current key, beside a runtime at work, and returns how many values that were.
    ///
    /// It goes page by page, each page in a transaction of its own, and puts a value only in the place of the one that it has opened:
    /// a token that was refreshed meanwhile stays. Passes are repeated until one finds nothing; then the canary, which is not counted,
    /// is sealed anew, in one transaction with what was sealed under the previous key up to that moment. Until then the state still
    /// wants the previous key, so whoever is interrupted starts it again; from then on nobody seals under it any more.
    ///
    /// A value that neither key opens ends it with `sealed`, and with nothing of its page written.
    package func rotateSecrets(progress: (SecretRotationProgress) -> Void = { _ in }) async throws -> Int {
        let keyring = try await read { try $0.requireKeyring() }
        var resealed = 0
        for pass in 1...SecretRotation.maximumPasses {
            var found = 0
            for column in SealedColumn.allCases {
                var start = column.start
                while true {
                    let page = try await read { [start] in
                        try $0.sealedValues(of: column, after: start, notUnder: keyring, limit: SecretRotation.pageSize)
                    }
                    guard let last = page.last else { break }
                    let changes = try page.compactMap { try SecretRotation.change(of: $0, under: keyring) }
                    if !changes.isEmpty {
                        resealed += try await sharedWrite { try $0.replaceSealed(column, changes) }
                        found += changes.count
                        progress(SecretRotationProgress(pass: pass, column: column, resealed: resealed))
                    }
                    start = last.key
                }
            }
            if found == 0 {
                return try await resealed
                    + write { writing in
                        let canary = try writing.holdSealing()
                        let left = try SealedColumn.allCases.reduce(0) { try $0 + writing.sealAnew($1, under: keyring) }
                        if !(canary.map(keyring.isCurrent) ?? false) { try writing.sealCanary(under: keyring) }
                        return left
                    }
            }
        }
        throw StoreError(
            code: .sealed,
            message: """
                something keeps encrypting under another ENCRYPTION_KEY: restart every runtime with the new key and with the old one as \
                ENCRYPTION_KEY_PREVIOUS, and rotate again
                """)
    }
}

/// The parts of a rotation.
private enum SecretRotation {
    static let pageSize = 200
    /// Two where nobody else writes, one more for what changed under it; beyond these somebody has the old key as the current one.
    static let maximumPasses = 20

    /// The parameters of a `SealedColumn.replacement`; nil for a value that has no place.
    static func change(of value: SealedColumn.Value, under keyring: Keyring) throws -> SQLArguments? {
        guard let place = value.place else { return nil }
        let sealed = try keyring.seal(try keyring.open(value.sealed, at: place), for: place)
        return SQLArguments([.bytes(sealed)] + value.key.values + [.bytes(value.sealed)])
    }
}

extension Statements {
    /// A page of the values of a column that another key sealed, behind a primary key.
    fileprivate func sealedValues(
        of column: SealedColumn, after start: SQLArguments, notUnder keyring: Keyring, limit: Int
    ) throws -> [SealedColumn.Value] {
        try db.rows(column.selection, start + [keyring.currentID, limit]) { row in try column.value(row) }
    }
}

extension Writing {
    /// Seals all of a column anew that is not under the current key, and returns how many values that were.
    fileprivate func sealAnew(_ column: SealedColumn, under keyring: Keyring) throws -> Int {
        var (resealed, start) = (0, column.start)
        while true {
            let page = try sealedValues(of: column, after: start, notUnder: keyring, limit: SecretRotation.pageSize)
            guard let last = page.last else { return resealed }
            resealed += try replaceSealed(column, try page.compactMap { try SecretRotation.change(of: $0, under: keyring) })
            start = last.key
        }
    }

    /// Returns how many values were still those that the changes were made from.
    fileprivate func replaceSealed(_ column: SealedColumn, _ changes: [SQLArguments]) throws -> Int {
        try db.run(column.replacement, each: changes).reduce(0, +)
    }
}
