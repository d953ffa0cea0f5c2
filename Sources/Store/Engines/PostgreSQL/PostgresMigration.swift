import Foundation
import PostgreSQL

/// Brings a database to the current schema, in one transaction under an advisory lock.
///
/// The version stands in `reconcile_schema`, which also says that the database is ours. Tables go into the first schema of the
/// role's `search_path`. Nothing is written where something is wrong.
enum PostgresMigration {
    /// "RCNC", the key of the advisory lock; taken for the transaction, which poolers keep together.
    private static let lock = 0x5243_4E43
    /// Waits for locks are short, so that nobody queues behind a change of the schema; the whole is tried again instead.
    private static let attempts = 15

    static func run(on link: PostgresLink, mode: Store.Mode) throws(StoreError) {
        do {
            try check(link)
            switch try link.read({ try version(on: $0, address: link.origin.address) }) {
            case Schema.currentVersion?: break
            case let version? where version < Schema.currentVersion && mode == .copyTarget:
                throw StoreError.earlierTarget(link.origin.address.description)
            case let version? where version > Schema.currentVersion: try checkProgram(link, version: version)
            case nil where mode == .existing:
                throw StoreError(
                    code: .missing,
                    message:
                        "there is no state in \(link.origin.address); run `reconcile apply` first, or name another database with --state")
            default: try migrate(link)
            }
            if mode != .copyTarget { try link.read { try CopyMark.check($0, state: link.origin.address.description) } }
        } catch {
            throw StoreError.opening(error, state: link.origin.address.description)
        }
    }

    private static func check(_ link: PostgresLink) throws {
        let address = link.origin.address
        let server = try link.read { connection in
            try connection.row(
                """
                SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery(), current_schema()
                """
            ) { row in
                (
                    version: Int(try row[0] as String) ?? 0, encoding: try row[1] as String, isStandby: try row[2] as Bool,
                    schema: try row[3] as String?
                )
            }
        }
        guard let server else { return }
        try checkServer(server.version, address: address)
        guard server.encoding == "UTF8" else {
            throw StoreError(
                code: .inaccessible,
                message:
                    "the state's database \(address) has the encoding \(server.encoding); make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
            )
        }
        guard !server.isStandby else {
            throw StoreError(
                code: .unavailable,
                message: "the state's database \(address) is a standby, which takes no writes; name the primary with --state")
        }
        guard server.schema != nil else {
            throw StoreError(
                code: .inaccessible,
                message: "the role has no schema to work in on \(address): create one of its search_path, or grant USAGE on it")
        }
    }

    /// - Parameter version: as `server_version_num` has it, 150018 for 15.18.
    static func checkServer(_ version: Int, address: DatabaseAddress) throws(StoreError) {
        guard version >= 150_000 else {
            throw StoreError(
                code: .inaccessible,
                message:
                    "the state's database \(address) runs PostgreSQL \(version / 10_000), and 15 or newer is needed; upgrade the server")
        }
    }

    /// Nil where there is no state.
    private static func version(on connection: any Connection, address: DatabaseAddress) throws -> Int? {
        // By a look into the catalogue, which to_regclass alone is not: it answers from what the session remembers of before the lock.
        let tables = try connection.value("SELECT count(*) FROM pg_class WHERE oid = to_regclass('reconcile_schema')", as: Int.self)
        guard tables == 1 else { return nil }
        // A table of that name with other columns is another program's.
        let columns = try connection.value(
            """
            SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('reconcile_schema') AND NOT attisdropped
            AND attname IN ('id', 'version', 'oldest_program') AND atttypid = 'bigint'::regtype
            """, as: Int.self)
        guard columns == 3, let version = try connection.value("SELECT version FROM reconcile_schema WHERE id = 1", as: Int.self) else {
            throw StoreError(
                code: .notAState,
                message: "\(address) has a table reconcile_schema that is not of this program; name a database of its own with --state")
        }
        return version
    }

    /// A newer schema is fine where it says that this program still gets on with it.
    private static func checkProgram(_ link: PostgresLink, version: Int) throws {
        let oldest = try link.read { try $0.value("SELECT oldest_program FROM reconcile_schema WHERE id = 1", as: Int.self) }
        guard let oldest, oldest <= Schema.currentVersion else {
            throw StoreError.newerVersion(version, of: link.origin.address.description)
        }
    }

    /// An index of a large table takes minutes.
    private static func migrate(_ link: PostgresLink) throws {
        let usual = link.longestExchange
        link.longestExchange = .seconds(3605)
        defer { link.longestExchange = usual }
        for attempt in 1... {
            do {
                try link.transact { connection in try migrate(connection, address: link.origin.address) }
                // The connection goes on to be used, and never again for these.
                return link.forgetPrepared()
            } catch let error as StoreError where error.code == .locked && attempt < attempts {
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    private static func migrate(_ connection: any Connection, address: DatabaseAddress) throws {
        try connection.run("SET LOCAL lock_timeout = '2s'", [])
        try connection.run("SET LOCAL statement_timeout = '1h'", [])
        try connection.run("SELECT pg_advisory_xact_lock(?)", [lock])
        // Asked again under the lock: another process may have migrated meanwhile.
        let version = try version(on: connection, address: address)
        if let version, version >= Schema.currentVersion { return }
        if version == nil {
            // What an extension brings is nobody's data.
            let others = try connection.value(
                """
                SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
                AND NOT EXISTS (
                    SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
                """, as: Int.self)
            guard others == 0 else {
                throw StoreError(
                    code: .notAState,
                    message: "\(address) holds tables of another program; name a database of its own with --state")
            }
            let missing = try connection.value(
                """
                SELECT 'GRANT CREATE ON SCHEMA ' || quote_ident(current_schema()) || ' TO ' || quote_ident(current_user)
                WHERE NOT has_schema_privilege(current_schema(), 'CREATE')
                """, as: String.self)
            if let missing {
                throw StoreError(
                    code: .inaccessible, message: "the role may make no tables in \(address); let the owner of the database run: \(missing)"
                )
            }
            try connection.run(
                "CREATE TABLE reconcile_schema (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL, oldest_program BIGINT NOT NULL)",
                [])
        }
        for migration in Schema.migrations where migration.version > version ?? 0 {
            for statement in migration.sql.statements + (migration.postgres?.statements ?? []) { try connection.run(statement, []) }
        }
        if version == nil {
            try connection.run(Schema.firstRow, [UUID().uuidString.lowercased()])
        }
        try connection.run(
            """
            INSERT INTO reconcile_schema (id, version, oldest_program) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, oldest_program = excluded.oldest_program
            """, [Schema.currentVersion, Schema.oldestProgram])
    }
}

extension SQL {
    /// The statements of a migration, which end with semicolons; none stands in quoted text.
    fileprivate var statements: [SQL] {
        text.split(separator: ";").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
            .map { SQL(stringLiteral: $0) }
    }
}
