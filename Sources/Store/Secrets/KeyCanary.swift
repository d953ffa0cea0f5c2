import Foundation
import GRDB
import Values

/// A known text that the state keeps sealed, by which a wrong ENCRYPTION_KEY is recognised before it is used.
///
/// The first opening with a key seals it. In a state that holds secrets already this is left to a key that opens one of
/// them; while only ENCRYPTION_KEY_PREVIOUS does, to `secrets rotate`.
enum KeyCanary {
    static let text = Secret("reconcile")
    static let place = Keyring.Place(table: "state", row: "1", column: "canary")

    enum Verdict {
        /// The current or the previous key opens what is sealed.
        case fits
        /// The current key fits, and nothing in the state says so yet.
        case fitsUnrecorded
        case wrong
    }

    /// Refuses a wrong key, and records the first that fits.
    ///
    /// The record is made where nobody else is writing; else the next opening makes it.
    static func check(_ keyring: Keyring, on pool: DatabasePool, path: String) throws {
        switch try pool.read({ try Reading(db: $0, keyring: keyring).keyVerdict(keyring) }) {
        case .fits: return
        case .wrong: throw StoreError.wrongKey(path: path)
        case .fitsUnrecorded: break
        }
        do {
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    let writing = Writing(db: db, keyring: keyring)
                    // Asked again inside the transaction: another process may have come first, with another key.
                    switch try writing.keyVerdict(keyring) {
                    case .fits: break
                    case .wrong: throw StoreError.wrongKey(path: path)
                    case .fitsUnrecorded: try writing.sealCanary(under: keyring)
                    }
                    return .commit
                }
            }
        } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_READONLY].contains(error.resultCode) {
            return
        }
    }
}

extension StoreError {
    static func wrongKey(path: String) -> StoreError {
        StoreError(
            code: .sealed,
            message: """
                ENCRYPTION_KEY is not the key that the secrets of \(path) are encrypted with; set that one, or, to go over to a new key, \
                set the old one as ENCRYPTION_KEY_PREVIOUS and run `reconcile secrets rotate`
                """)
    }
}

extension Store {
    /// Throws `sealed` where the key that this process came with no longer opens what the state seals: it was rotated away.
    package func checkKey() async throws {
        let path = path
        try await read { reading in
            guard let keyring = reading.keyring else { return }
            if case .wrong = try reading.keyVerdict(keyring) { throw StoreError.wrongKey(path: path) }
        }
    }
}

extension Statements {
    func keyVerdict(_ keyring: Keyring) throws -> KeyCanary.Verdict {
        if let canary = try canary() {
            return (try? keyring.open(canary, at: KeyCanary.place)) == KeyCanary.text ? .fits : .wrong
        }
        guard try hasSealed() else { return .fitsUnrecorded }
        if try opensAny(of: keyring.currentID, keyring) { return .fitsUnrecorded }
        if let previous = keyring.previousID, try opensAny(of: previous, keyring) { return .fits }
        return .wrong
    }

    func canary() throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT canary FROM state WHERE id = 1 AND canary IS NOT NULL").map { Array($0) }
    }

    private func hasSealed() throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM secrets) OR EXISTS (SELECT 1 FROM connections) OR EXISTS (SELECT 1 FROM revocations)
                """) ?? false
    }

    /// Whether any of the first values that name this key opens; one may be damaged.
    private func opensAny(of keyID: [UInt8], _ keyring: Keyring) throws -> Bool {
        let id = Data(keyID)
        let secrets = try Row.fetchAll(
            db, sql: "SELECT resource_id, field, sealed FROM secrets WHERE substr(sealed, 2, 4) = ? LIMIT 20", arguments: [id])
        for row in secrets where opens(row[2], at: .secret(of: row[0], field: row[1]), keyring) { return true }
        let connections = try Row.fetchAll(
            db, sql: "SELECT id, access_token FROM connections WHERE substr(access_token, 2, 4) = ? LIMIT 20", arguments: [id])
        for row in connections {
            if let id = ConnectionID(row[0] as String), opens(row[1], at: .accessToken(of: id), keyring) { return true }
        }
        let revocations = try Row.fetchAll(
            db, sql: "SELECT connection_id, request FROM revocations WHERE substr(request, 2, 4) = ? LIMIT 20", arguments: [id])
        for row in revocations {
            if let id = ConnectionID(row[0] as String), opens(row[1], at: .revocation(of: id), keyring) { return true }
        }
        return false
    }

    private func opens(_ sealed: Data, at place: Keyring.Place, _ keyring: Keyring) -> Bool {
        (try? keyring.open(Array(sealed), at: place)) != nil
    }
}

extension Writing {
    func sealCanary(under keyring: Keyring) throws {
        let sealed = try keyring.seal(KeyCanary.text, for: KeyCanary.place)
        try db.execute(sql: "UPDATE state SET canary = ? WHERE id = 1", arguments: [Data(sealed)])
    }
}
