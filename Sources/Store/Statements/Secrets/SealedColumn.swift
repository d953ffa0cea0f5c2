import Spec
import Values

/// A column of sealed values, with the statements by which a rotation goes through it.
package enum SealedColumn: String, Sendable, CaseIterable {
    case secrets
    case accessTokens = "access tokens"
    case refreshTokens = "refresh tokens"
    /// Of OAuth flows under way.
    case verifiers = "PKCE verifiers"
    case revocations

    /// A value that is not under the current key.
    struct Value: Sendable {
        /// The primary key of its row.
        let key: SQLArguments
        let sealed: [UInt8]
        /// Nil in a row whose id is none of ours: nothing opens it.
        let place: Keyring.Place?

        func opens(with keyring: Keyring) -> Bool {
            place.map { (try? keyring.open(sealed, at: $0)) != nil } ?? false
        }
    }

    /// Comes before every primary key.
    var start: SQLArguments {
        switch self {
        case .secrets: ["", ""]
        case .accessTokens, .refreshTokens: [""]
        case .verifiers: [[] as [UInt8]]
        case .revocations: [Int64.min]
        }
    }

    /// Values behind a primary key that are not under a key, in the order of the primary key, which comes back first, then the value.
    ///
    /// Parameters: primary key, id of the key, limit.
    var selection: SQL {
        switch self {
        case .secrets:
            """
            SELECT resource_id, field, sealed FROM secrets
            WHERE (resource_id, field) > (?, ?) AND substr(sealed, 2, 4) <> ? ORDER BY resource_id, field LIMIT ?
            """
        case .accessTokens:
            "SELECT id, access_token FROM connections WHERE id > ? AND substr(access_token, 2, 4) <> ? ORDER BY id LIMIT ?"
        case .refreshTokens:
            "SELECT id, refresh_token FROM connections WHERE id > ? AND substr(refresh_token, 2, 4) <> ? ORDER BY id LIMIT ?"
        case .verifiers:
            "SELECT hash, verifier FROM oauth_states WHERE hash > ? AND substr(verifier, 2, 4) <> ? ORDER BY hash LIMIT ?"
        case .revocations:
            "SELECT id, request, connection_id FROM revocations WHERE id > ? AND substr(request, 2, 4) <> ? ORDER BY id LIMIT ?"
        }
    }

    /// Some values that are under a key, with the columns of `selection`; parameter: id of the key.
    var sample: SQL {
        switch self {
        case .secrets: "SELECT resource_id, field, sealed FROM secrets WHERE substr(sealed, 2, 4) = ? LIMIT 20"
        case .accessTokens: "SELECT id, access_token FROM connections WHERE substr(access_token, 2, 4) = ? LIMIT 20"
        case .refreshTokens: "SELECT id, refresh_token FROM connections WHERE substr(refresh_token, 2, 4) = ? LIMIT 20"
        case .verifiers: "SELECT hash, verifier FROM oauth_states WHERE substr(verifier, 2, 4) = ? LIMIT 20"
        case .revocations: "SELECT id, request, connection_id FROM revocations WHERE substr(request, 2, 4) = ? LIMIT 20"
        }
    }

    /// Whether its values stay until somebody removes them; those of a flow under way may be of a key that is gone.
    var isLasting: Bool { self != .verifiers }

    /// From a row of `selection` or `sample`.
    func value(_ row: Row) throws -> Value {
        switch self {
        case .secrets:
            let (id, field): (String, String) = try (row[0], row[1])
            return Value(key: [id, field], sealed: try row[2], place: .secret(of: id, field: field))
        case .accessTokens:
            let id: String = try row[0]
            return Value(key: [id], sealed: try row[1], place: ConnectionID(id).map { .accessToken(of: $0) })
        case .refreshTokens:
            let id: String = try row[0]
            return Value(key: [id], sealed: try row[1], place: ConnectionID(id).map { .refreshToken(of: $0) })
        case .verifiers:
            let hash: [UInt8] = try row[0]
            return Value(key: [hash], sealed: try row[1], place: .verifier(of: hash))
        case .revocations:
            let (id, connection): (Int64, String) = try (row[0], row[2])
            return Value(key: [id], sealed: try row[1], place: ConnectionID(connection).map { .revocation(of: $0) })
        }
    }

    /// Puts a value in the place of exactly that one which was read; parameters: new value, primary key, old value.
    var replacement: SQL {
        switch self {
        case .secrets: "UPDATE secrets SET sealed = ? WHERE resource_id = ? AND field = ? AND sealed = ?"
        case .accessTokens: "UPDATE connections SET access_token = ? WHERE id = ? AND access_token = ?"
        case .refreshTokens: "UPDATE connections SET refresh_token = ? WHERE id = ? AND refresh_token = ?"
        case .verifiers: "UPDATE oauth_states SET verifier = ? WHERE hash = ? AND verifier = ?"
        case .revocations: "UPDATE revocations SET request = ? WHERE id = ? AND request = ?"
        }
    }
}
