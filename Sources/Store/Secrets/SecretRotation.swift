import Foundation
import GRDB
import Values

extension Writing {
    /// Seals everything anew that is not under the current key, and returns how many values that were.
    ///
    /// One transaction: either every secret of the state opens with the current key alone, or nothing has changed. The canary
    /// goes with them and is not counted.
    package func resealSecrets() throws -> Int {
        let keyring = try requireKeyring()
        var count = 0
        func reseal(_ sealed: Data?, at place: Keyring.Place) throws -> Data? {
            guard let sealed, !keyring.isCurrent(Array(sealed)) else { return nil }
            count += 1
            return Data(try keyring.seal(try keyring.open(Array(sealed), at: place), for: place))
        }
        for row in try Row.fetchAll(db, sql: "SELECT resource_id, field, sealed FROM secrets") {
            let (id, field): (String, String) = (row[0], row[1])
            guard let sealed = try reseal(row[2], at: .secret(of: id, field: field)) else { continue }
            try db.execute(
                sql: "UPDATE secrets SET sealed = ? WHERE resource_id = ? AND field = ?", arguments: [sealed, id, field])
        }
        for row in try Row.fetchAll(db, sql: "SELECT id, access_token, refresh_token FROM connections") {
            guard let id = ConnectionID(row[0] as String) else { continue }
            if let sealed = try reseal(row[1], at: .accessToken(of: id)) {
                try db.execute(sql: "UPDATE connections SET access_token = ? WHERE id = ?", arguments: [sealed, id.text])
            }
            if let sealed = try reseal(row[2], at: .refreshToken(of: id)) {
                try db.execute(sql: "UPDATE connections SET refresh_token = ? WHERE id = ?", arguments: [sealed, id.text])
            }
        }
        try resealTransients(reseal)
        if !(try canary().map(keyring.isCurrent) ?? false) { try sealCanary(under: keyring) }
        return count
    }

    /// OAuth states and queued revocations, which do not live long.
    private func resealTransients(_ reseal: (Data?, Keyring.Place) throws -> Data?) throws {
        for row in try Row.fetchAll(db, sql: "SELECT hash, verifier FROM oauth_states") {
            let hash: Data = row[0]
            guard let sealed = try reseal(row[1], .verifier(of: Array(hash))) else { continue }
            try db.execute(sql: "UPDATE oauth_states SET verifier = ? WHERE hash = ?", arguments: [sealed, hash])
        }
        for row in try Row.fetchAll(db, sql: "SELECT id, connection_id, request FROM revocations") {
            let id: Int = row[0]
            guard let connection = ConnectionID(row[1] as String), let sealed = try reseal(row[2], .revocation(of: connection)) else {
                continue
            }
            try db.execute(sql: "UPDATE revocations SET request = ? WHERE id = ?", arguments: [sealed, id])
        }
    }
}
