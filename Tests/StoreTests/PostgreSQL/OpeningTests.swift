import Foundation
import TestSupport
import Testing
import Values

@testable import Store

/// What a database must be to hold a state; where it is not, nothing is written.
@Suite(.enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct OpeningTests {
    private let server: PostgresServer
    private let database: String

    init() throws {
        server = try .shared
        database = try server.database()
    }

    /// Everything that belongs to somebody in the database.
    private func objects(of database: String? = nil) throws -> String {
        try server.psql(
            """
            SELECT nspname, relname, relkind FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1, 2
            """, database: database ?? self.database)
    }

    /// Opens it, which must fail, with nothing changed by it.
    private func refusal(_ url: String? = nil, mode: Store.Mode = .createIfMissing) throws -> StoreError? {
        let before = try objects()
        let error = #expect(throws: StoreError.self) { try Store(state: url ?? server.url(database: database), mode: mode, keyring: nil) }
        #expect(try objects() == before)
        return error
    }

    @Test func `an empty database becomes a state, and what is a state opens again`() throws {
        let store = try Store(state: server.url(database: database), keyring: nil)
        store.close()
        let made = try objects()
        try Store(state: server.url(database: database), mode: .existing, keyring: nil).close()
        #expect(try objects() == made)
        #expect(try server.psql("SELECT version FROM reconcile_schema", database: database) == "\(Schema.currentVersion)")
    }

    @Test func `an empty database is missing to whoever needs a state`() throws {
        let error = try refusal(mode: .existing)
        #expect(error?.code == .missing)
        #expect(error?.message.contains("run `reconcile apply` first") == true)
    }

    @Test func `another program's database is left alone`() throws {
        try server.psql("CREATE TABLE orders (id int)", database: database)
        let error = try refusal()
        #expect(error?.code == .notAState)
        #expect(error?.message.contains("holds tables of another program; name a database of its own with --state") == true)
    }

    @Test func `a change of the schema may take longer than any other statement, as the index of a large table does`() throws {
        try Store(state: server.url(database: database), keyring: nil).close()
        for sql in [
            "DROP INDEX deliveries_exhausted", "UPDATE reconcile_schema SET version = 8",
            """
            CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(12.5); END $$
            """,
            "CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION wait()",
        ] { try server.psql(sql, database: database) }
        try Store(state: server.url(database: database), keyring: nil).close()
        #expect(try server.psql("SELECT version FROM reconcile_schema", database: database) == "\(Schema.currentVersion)")
    }

    @Test func `what an extension brought is in nobody's way`() throws {
        try server.psql("CREATE EXTENSION pg_stat_statements", database: database)
        #expect(try objects().contains("pg_stat_statements"))
        try Store(state: server.url(database: database), keyring: nil).close()
    }

    @Test(arguments: ["version text", "id bigint, version text, oldest_program bigint", "id bigint, version bigint, oldest_program bigint"])
    func `a table called reconcile_schema of somebody else is left alone`(columns: String) throws {
        try server.psql("CREATE TABLE reconcile_schema (\(columns)); GRANT ALL ON reconcile_schema TO reconcile", database: database)
        let error = try refusal()
        #expect(error?.code == .notAState)
        #expect(error?.message.contains("reconcile_schema that is not of this program") == true)
    }

    @Test func `a newer schema is refused, unless it says that this program gets on with it`() throws {
        try Store(state: server.url(database: database), keyring: nil).close()
        let newer = Schema.currentVersion + 1
        try server.psql("UPDATE reconcile_schema SET version = \(newer), oldest_program = \(newer)", database: database)
        let error = try refusal()
        #expect(error?.code == .newerVersion)
        #expect(error?.message.contains("upgrade this program") == true)
        try server.psql("UPDATE reconcile_schema SET oldest_program = \(Schema.currentVersion)", database: database)
        try Store(state: server.url(database: database), mode: .existing, keyring: nil).close()
    }

    @Test func `a role that may make no tables is told what to grant`() throws {
        try server.psql("ALTER DATABASE \(database) OWNER TO postgres")
        let error = try refusal()
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("let the owner of the database run: GRANT CREATE ON SCHEMA public TO reconcile") == true)
        try server.psql("GRANT CREATE ON SCHEMA public TO reconcile", database: database)
        try Store(state: server.url(database: database), keyring: nil).close()
    }

    @Test func `a role without a schema is told so`() throws {
        try server.psql("ALTER DATABASE \(database) OWNER TO postgres; REVOKE ALL ON SCHEMA public FROM PUBLIC")
        try server.psql("REVOKE ALL ON SCHEMA public FROM PUBLIC", database: database)
        let error = try refusal()
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("grant USAGE on it") == true)
    }

    @Test func `a role that may not read the state's tables is told which right it lacks`() throws {
        try Store(state: server.url(database: database), keyring: nil).close()
        try server.psql("ALTER DATABASE \(database) OWNER TO postgres", database: database)
        try server.psql("ALTER TABLE reconcile_schema OWNER TO postgres", database: database)
        let error = try refusal()
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("permission denied for table reconcile_schema") == true)
    }

    @Test(arguments: ["SQL_ASCII", "LATIN1"])
    func `a database of another encoding is refused with what to do`(encoding: String) throws {
        let name = "encoded_\(encoding.lowercased())"
        try server.psql("DROP DATABASE IF EXISTS \(name)")
        try server.psql("CREATE DATABASE \(name) ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0 OWNER reconcile")
        let before = try objects(of: name)
        let error = try refusal(server.url(database: name))
        #expect(error?.code == .inaccessible)
        #expect(error?.message.contains("has the encoding \(encoding); make one with: CREATE DATABASE") == true)
        #expect(try objects(of: name) == before)
        try server.drop(name)
    }

    @Test func `a wrong password, a missing database and a closed port are told apart, and no password is shown`() throws {
        let wrong = try refusal(server.passwordURL(database: database, password: "not/the:right@one"))
        #expect(wrong?.code == .inaccessible)
        #expect(wrong?.message.contains("password authentication failed") == true)
        let missing = try refusal(server.passwordURL(database: "no_such_database"))
        #expect(missing?.code == .inaccessible)
        #expect(missing?.message.contains("does not exist") == true)
        let closed = try refusal(server.passwordURL(database: database, port: 1))
        #expect(closed?.code == .unavailable)
        #expect(closed?.message.contains("cannot be reached") == true)
        for message in [wrong, missing, closed].compactMap({ $0?.message }) {
            for secret in [PostgresServer.password, PostgresServer.escaped(PostgresServer.password), "not/the:right@one", "not%2Fthe"] {
                #expect(!message.contains(secret), "\(message)")
            }
        }
    }

    @Test func `a server with no connection left is to be tried again`() throws {
        try server.psql("ALTER DATABASE \(database) CONNECTION LIMIT 0")
        let error = try refusal()
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("too many connections") == true)
    }

    @Test func `eight first openings at once make one state`() async throws {
        let url = server.url(database: database)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await onThread { try Store(state: url, keyring: nil).close() }
                }
            }
            try await group.waitForAll()
        }
        #expect(try server.psql("SELECT count(*) FROM state", database: database) == "1")
        #expect(try server.psql("SELECT count(*) FROM reconcile_schema", database: database) == "1")
    }

    @Test func `a migration that is cut off leaves nothing, and the next one makes all of it`() async throws {
        let url = server.url(database: database)
        // An event trigger ends the session in the middle of the migration.
        try server.psql(
            """
            CREATE FUNCTION cut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                IF (SELECT count(*) FROM pg_class WHERE relname = 'deliveries') > 0 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
            END $$;
            CREATE EVENT TRIGGER cutting ON ddl_command_end EXECUTE FUNCTION cut()
            """, database: database)
        let error = try refusal()
        #expect(error?.code == .unavailable)
        try server.psql("DROP EVENT TRIGGER cutting; DROP FUNCTION cut", database: database)
        try Store(state: url, keyring: nil).close()
        #expect(try server.psql("SELECT version FROM reconcile_schema", database: database) == "\(Schema.currentVersion)")
    }

    @Test func `a standby is refused, and an address that one would do for`() throws {
        let primary = try PostgresServer(settings: ["wal_level": "replica", "max_wal_senders": "4"])
        let database = try primary.database()
        try Store(state: primary.url(database: database), keyring: nil).close()
        let standby = try PostgresStandby(of: primary)
        let refused = #expect(throws: StoreError.self) { try Store(state: standby.url(database: database), keyring: nil) }
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.contains("read-only") == true, "\(refused?.message ?? "")")
        for kind in ["any", "standby", "prefer-standby", "read-only"] {
            let asked = #expect(throws: StoreError.self) {
                try Store(state: standby.url(database: database) + "?target_session_attrs=\(kind)", keyring: nil)
            }
            #expect(asked?.code == .inaccessible)
            #expect(asked?.message.contains("where older rows are read: leave it out, or write read-write or primary") == true)
        }
        try Store(state: primary.url(database: database) + "?target_session_attrs=primary", mode: .existing, keyring: nil).close()
        // With both in the address, in whatever order, it is the primary that is taken.
        let (one, other) = (PostgresServer.escaped(standby.folder), PostgresServer.escaped(primary.folder))
        try Store(
            state: "postgres://reconcile@\(one):\(standby.port),\(other):\(primary.port)/\(database)", mode: .existing, keyring: nil
        ).close()
    }
}

/// Runs what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @Sendable @escaping () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
