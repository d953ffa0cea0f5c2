import Foundation
import TestSupport
import Testing

@testable import Store

/// The tables that both engines make of one schema, as their own catalogues tell it through `sqlite3` and `psql`.
@Suite(
    .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"), .enabled(if: Peer.sqlite.isExpected, "\(Peer.sqlite.absence)"))
struct SchemaEqualityTests {
    /// What PostgreSQL has beside the tables of both: SQLite keeps its version in the file's header.
    private static let ownTables: Set = ["reconcile_schema"]

    private func facts(on engine: TestState.Engine, _ query: String) throws -> Set<String> {
        let folder = TemporaryFolder()
        let state = TestState(in: folder, on: engine)
        try Store(state: state.location, keyring: nil).close()
        let lines = try state.sql(query).split(separator: "\n").map(String.init)
        return Set(lines.filter { line in !Self.ownTables.contains(String(line.prefix { $0 != "|" })) }.map(Self.plain))
    }

    private func compare(sqlite: String, postgres: String, at least: Int) throws {
        let (here, there) = (try facts(on: .sqlite, sqlite), try facts(on: .postgres, postgres))
        #expect(here.subtracting(there).sorted() == [], "only on SQLite")
        #expect(there.subtracting(here).sorted() == [], "only on PostgreSQL")
        #expect(here.count >= least)
    }

    /// One spelling for what the engines write differently: casts, collations, lists, parentheses, spaces and the type names.
    static func plain(_ line: String) -> String {
        var text = line.replacing(/::[a-z]+( varying)?(\[\])?/, with: "").replacing(" COLLATE \"C\"", with: "")
            .replacing("= ANY (ARRAY[", with: "IN (").replacing("])", with: ")").replacing(" USING btree", with: "")
            .replacing("public.", with: "")
        for (other, common) in [("bigint", "INTEGER"), ("bytea", "BLOB")] { text = text.replacing(other, with: common) }
        return text.filter { !$0.isWhitespace && $0 != "(" && $0 != ")" }.uppercased()
    }

    @Test func `tables have the same columns in the same order, of the same types, nullable and with defaults alike`() throws {
        try compare(
            sqlite: """
                SELECT tables.name, columns.cid + 1, columns.name, columns.type, columns."notnull" OR columns.pk > 0, columns.dflt_value
                FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
                WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'
                """,
            postgres: """
                SELECT table_name, ordinal_position, column_name, data_type, CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END, column_default
                FROM information_schema.columns WHERE table_schema = 'public'
                """, at: 150)
    }

    @Test func `primary keys and unique keys are the same`() throws {
        try compare(
            sqlite: """
                SELECT tables.name, keys.origin, (
                    SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(keys.name) ORDER BY seqno))
                FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS keys
                WHERE tables.type = 'table' AND keys.origin IN ('pk', 'u')
                UNION ALL SELECT tables.name, 'pk', columns.name
                FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
                WHERE tables.type = 'table' AND columns.pk = 1 AND columns.type = 'INTEGER'
                    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(tables.name) WHERE origin = 'pk')
                """,
            postgres: """
                SELECT conrelid::regclass, CASE contype WHEN 'p' THEN 'pk' ELSE 'u' END, (
                    SELECT string_agg(attname, ',' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS keys (number, place)
                    JOIN pg_attribute ON attrelid = conrelid AND attnum = number)
                FROM pg_constraint WHERE contype IN ('p', 'u') AND connamespace = 'public'::regnamespace
                """, at: 15)
    }

    @Test func `foreign keys point to the same columns and do the same when a row goes`() throws {
        try compare(
            sqlite: """
                SELECT tables.name, keys."from", keys."table", coalesce(keys."to", (
                    SELECT name FROM pragma_table_info(keys."table") WHERE pk = 1)), keys.on_delete, keys.on_update
                FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS keys WHERE tables.type = 'table'
                """,
            postgres: """
                SELECT conrelid::regclass, here.attname, confrelid::regclass, there.attname,
                    CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' END,
                    CASE confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' END
                FROM pg_constraint JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]
                JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = confkey[1]
                WHERE contype = 'f' AND connamespace = 'public'::regnamespace
                """, at: 5)
    }

    @Test func `indexes have the same names, columns and conditions`() throws {
        try compare(
            sqlite: "SELECT tbl_name, replace(sql, char(10), ' ') FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
            postgres: """
                SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
                    AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype IN ('p', 'u') AND conindid = format('%I', indexname)::regclass)
                """, at: 15)
    }

    @Test func `what a row must fulfil is the same`() throws {
        let folder = TemporaryFolder()
        let state = TestState(in: folder, on: .sqlite)
        try Store(state: state.location, keyring: nil).close()
        let tables = try state.sql("SELECT name || '|' || replace(sql, char(10), ' ') FROM sqlite_master WHERE type = 'table'")
        var here: [String] = []
        for line in tables.split(separator: "\n") {
            let table = line.prefix { $0 != "|" }
            for part in line.split(separator: "CHECK ").dropFirst() {
                var depth = 0
                let end = part.firstIndex { character in
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                    return depth == 0
                }
                here.append(Self.plain("\(table)|\(part[..<(end ?? part.endIndex)])"))
            }
        }
        let there = try facts(
            on: .postgres,
            """
            SELECT conrelid::regclass, replace(pg_get_constraintdef(oid), 'CHECK ', '')
            FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
            """)
        #expect(Set(here).subtracting(there).sorted() == [], "only on SQLite")
        #expect(there.subtracting(here).sorted() == [], "only on PostgreSQL")
        #expect(here.count >= 10)
    }

    @Test func `text is compared and sorted by its bytes, whatever the database was made with`() throws {
        let folder = TemporaryFolder()
        let state = TestState(in: folder, on: .postgres)
        try Store(state: state.location, keyring: nil).close()
        let others = try state.sql(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
            """)
        #expect(others == "")
    }
}
