import Foundation
import TestSupport
import Testing

@testable import Store

@Suite(
    .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"), .enabled(if: Peer.sqlite.isExpected, "\(Peer.sqlite.absence)"))
struct StateCopyTests {
    private static let small = StateCopy.Pages(rows: 3, bytes: 1 << 20)
    private struct Interruption: Error {}

    @Test func `every row of every table comes to PostgreSQL and back`() async throws {
        let file = try await CopiedState.full()
        let (database, second, back) = (CopiedState(on: .postgres), CopiedState(on: .postgres), CopiedState(on: .sqlite))
        let reports = [
            try await CopiedState.copy(file, to: database, pages: Self.small), try await CopiedState.copy(database, to: second),
            try await CopiedState.copy(second, to: back, pages: StateCopy.Pages(rows: 2, bytes: 1)),
        ]
        let tables = try file.state.sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('copies', 'leases', 'writers') ORDER BY name")
        for report in reports {
            #expect(report.isEqual)
            #expect(report.tables.map(\.name).sorted() == tables.split(separator: "\n").map(String.init))
            for table in report.tables { #expect(table.source.rows > 0, "\(table.name) has no rows: give it some in CopiedState.full") }
            #expect(report.tables == reports[0].tables)
        }
        #expect(try file.rows() == back.rows())
        for state in [file, database, second, back] { #expect(state.refusal() == nil) }
    }

    @Test func `a file is copied to a file`() async throws {
        let (file, other) = (try await CopiedState.full(), CopiedState(on: .sqlite))
        #expect(try await CopiedState.copy(file, to: other).isEqual)
        #expect(try file.rows() == other.rows())
    }

    @Test func `ids that the database gives go on behind those that were copied`() async throws {
        let database = try await CopiedState.full(on: .postgres)
        try database.state.sql("INSERT INTO logs (workspace, level, action, message, at) VALUES ('w', 'info', 'a', 'm', 1)")
        #expect(try database.state.sql("SELECT max(id) FROM logs") == "9000000002")
    }

    @Test(arguments: [(TestState.Engine.sqlite, TestState.Engine.postgres), (.postgres, .sqlite)])
    func `an interrupted copy cannot be used, and goes on where it was`(from: TestState.Engine, to: TestState.Engine) async throws {
        let (source, target) = (try await CopiedState.full(on: from), CopiedState(on: to))
        var (runs, copied) = (0, 0)
        while true {
            runs += 1
            var pages = 0
            do {
                let report = try await CopiedState.copy(source, to: target, pages: Self.small) { progress in
                    if progress.step == .copying {
                        #expect(progress.rows > copied, "rows that were there are copied again")
                        copied = progress.rows
                    }
                    pages += 1
                    if pages == 4 || progress.step == .verifying && runs % 2 == 0 { throw Interruption() }
                }
                #expect(report.isEqual)
                break
            } catch is Interruption {
                #expect(target.refusal() == .unfinishedCopy)
            }
            try #require(runs < 100)
            // Only the comparison is left, which an interruption makes begin anew.
            if copied == (try await rows(of: source)) { break }
        }
        #expect(runs > 5)
        #expect(try await CopiedState.copy(source, to: target).isEqual)
        #expect(target.refusal() == nil)
    }

    private func rows(of state: CopiedState) async throws -> Int {
        let other = CopiedState(on: .sqlite)
        return try await CopiedState.copy(state, to: other).rows
    }

    @Test(arguments: [TestState.Engine.sqlite, .postgres])
    func `a difference is found, and leaves the target unfinished`(engine: TestState.Engine) async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: engine))
        let report = try await CopiedState.copy(source, to: target) { progress in
            if progress.step == .verifying, progress.table == "api_keys" {
                try target.state.sql("UPDATE webhooks SET failing_since = 0 WHERE failing_since IS NULL; DELETE FROM secrets")
            }
        }
        #expect(!report.isEqual)
        #expect(report.tables.filter { !$0.isEqual }.map(\.name).sorted() == ["secrets", "webhooks"])
        #expect(target.refusal() == .unfinishedCopy)
    }

    @Test(arguments: [TestState.Engine.sqlite, .postgres])
    func `a source that changes meanwhile is noticed`(engine: TestState.Engine) async throws {
        for change in ["UPDATE state SET serial = serial + 1", "DELETE FROM logs WHERE id = 9000000000"] {
            let (source, target) = (try await CopiedState.full(on: engine), CopiedState(on: .sqlite))
            let error = await #expect(throws: StoreError.self) {
                try await CopiedState.copy(source, to: target) { progress in
                    if progress.step == .verifying, progress.table == "webhooks" { try source.state.sql(change) }
                }
            }
            #expect(error?.code == .copyRefused)
            #expect(error?.message.contains("was changed while it was copied") == true)
            #expect(target.refusal() == .unfinishedCopy)
        }
    }

    @Test func `a copy does not go on with a source that changed, nor with another one`() async throws {
        let (source, other, target) = (try await CopiedState.full(), CopiedState(on: .sqlite), CopiedState(on: .postgres))
        try Store(state: other.location, keyring: nil).close()
        _ = try? await CopiedState.copy(source, to: target, pages: Self.small) { _ in throw Interruption() }
        let foreign = await #expect(throws: StoreError.self) { try await CopiedState.copy(other, to: target) }
        #expect(foreign?.message.contains("is an unfinished copy of another state") == true)
        try source.state.sql("UPDATE state SET key_serial = key_serial + 1")
        let changed = await #expect(throws: StoreError.self) { try await CopiedState.copy(source, to: target) }
        #expect(changed?.message.contains("has changed since its copy was begun; to begin again, drop that database") == true)
    }

    @Test(arguments: [TestState.Engine.sqlite, .postgres])
    func `a target that holds something is refused and not touched`(engine: TestState.Engine) async throws {
        let source = try await CopiedState.full()
        let target = CopiedState(on: engine)
        try Store(state: target.location, keyring: nil).close()
        try target.state.sql("INSERT INTO logs (workspace, level, action, message, at) VALUES ('w', 'info', 'a', 'm', 1)")
        let error = await #expect(throws: StoreError.self) { try await CopiedState.copy(source, to: target) }
        #expect(error?.code == .copyRefused)
        #expect(error?.message.contains("holds a state already") == true)
        #expect(try target.state.sql("SELECT count(*) FROM logs") == "1")
        #expect(try target.state.sql("SELECT count(*) FROM copies") == "0")
        #expect(target.refusal() == nil)
    }

    @Test func `a target of an earlier version is refused and not migrated`() async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .sqlite))
        try target.state.sql(String(contentsOfFile: "\(packageRoot)/Tests/Fixtures/states/first/state.sql", encoding: .utf8))
        let error = await #expect(throws: StoreError.self) { try await CopiedState.copy(source, to: target) }
        #expect(error?.message.contains("a state of an earlier version") == true)
        #expect(try target.state.sql("PRAGMA user_version") == "1")
    }

    @Test func `a finished copy is compared, and written no more`() async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .postgres))
        #expect(try await !CopiedState.copy(source, to: target).wasFinished)
        let again = try await CopiedState.copy(source, to: target)
        #expect(again.wasFinished && again.isEqual)
        try target.state.sql("DELETE FROM oauth_states")
        let differing = try await CopiedState.copy(source, to: target)
        #expect(differing.tables.filter { !$0.isEqual }.map(\.name) == ["oauth_states"])
        #expect(target.refusal() == nil)
    }

    @Test(arguments: [("char(97, 0, 98)", "U+0000"), ("CAST(x'61ff62' AS TEXT)", "UTF-8")])
    func `text that PostgreSQL cannot have is named, and once it is put right the copy goes on`(text: String, reason: String) async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .postgres))
        try source.state.sql("UPDATE logs SET message = \(text) WHERE id = 9000000001")
        let error = await #expect(throws: StoreError.self) { try await CopiedState.copy(source, to: target, pages: Self.small) }
        #expect(error?.code == .notAState)
        let expected = "the column message of the table logs in the state \(source.location), in the row with id 9000000001, holds"
        #expect(error?.message.hasPrefix(expected) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(reason) == true)
        #expect(target.refusal() == .unfinishedCopy)
        try source.state.sql("UPDATE logs SET message = 'mended' WHERE id = 9000000001")
        #expect(try await CopiedState.copy(source, to: target).isEqual)
        #expect(try target.state.sql("SELECT message FROM logs WHERE id = 9000000001") == "mended")
    }

    @Test func `a table of which nobody told the copy comes along`() async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .postgres))
        try Store(state: target.location, keyring: nil).close()
        try source.state.sql(
            """
            CREATE TABLE later (place TEXT, number INTEGER, note BLOB, PRIMARY KEY (number, place)) STRICT;
            INSERT INTO later VALUES ('b', 1, NULL), ('a', 2, x'00'), ('a', 1, x'')
            """)
        try target.state.sql(
            """
            CREATE TABLE later (number BIGINT, place TEXT COLLATE "C", note BYTEA, PRIMARY KEY (number, place));
            ALTER TABLE later OWNER TO \(PostgresServer.role)
            """)
        let report = try await CopiedState.copy(source, to: target, pages: Self.small)
        #expect(report.isEqual)
        #expect(report.tables.first { $0.name == "later" }?.target.rows == 3)
    }

    @Test func `states with different tables are refused`() async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .postgres))
        try source.state.sql("ALTER TABLE logs ADD COLUMN later TEXT")
        let error = await #expect(throws: StoreError.self) { try await CopiedState.copy(source, to: target) }
        #expect(error?.message.contains("do not have the same tables") == true)
    }

    @Test func `a page is no longer than its bytes, however many rows it may have`() async throws {
        let (source, target) = (try await CopiedState.full(), CopiedState(on: .sqlite))
        try source.state.sql(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 40)
            INSERT INTO logs (workspace, level, action, message, at) SELECT 'w', 'info', 'a', printf('%.*c', 100000, 'ü'), n FROM numbers
            """)
        var (former, largest) = (0, 0)
        let report = try await CopiedState.copy(source, to: target, pages: StateCopy.Pages(rows: 1_000, bytes: 500_000)) { progress in
            guard progress.step == .copying else { return }
            if progress.table == "logs", former > 0 { largest = max(largest, progress.rows - former) }
            former = progress.rows
        }
        #expect(report.isEqual)
        #expect(largest < 20, "\(largest) rows of 100 to 200 kB in one page")
    }

    @Test func `rows that differ in the kind of a value alone have different digests`() {
        let shape = TableShape(
            name: "t", columns: [.init(name: "a", kind: .text), .init(name: "b", kind: .blob)], key: [0], parents: [])
        func digest(_ rows: [SQLValue]...) -> String {
            var making = TableDigest.Making(of: shape)
            making.add(rows)
            return making.finish().sha256
        }
        let rows: [[SQLValue]] = [
            [.text(nil), .bytes(nil)], [.text(""), .bytes(nil)], [.text(nil), .bytes([])], [.text("1"), .int(nil)], [.int(1), .bytes(nil)],
            [.int(0), .bytes(nil)], [.bytes([49]), .bytes(nil)], [.text("ab"), .text("c")], [.text("a"), .text("bc")],
        ]
        #expect(Set(rows.map { digest($0) }).count == rows.count)
        #expect(digest(rows[0], rows[1]) != digest(rows[1], rows[0]))
        #expect(digest([.text("a"), .bytes([1])]) == digest([.text("a"), .bytes([1])]))
    }
}
