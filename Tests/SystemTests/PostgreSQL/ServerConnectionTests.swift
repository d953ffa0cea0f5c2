import Foundation
import Glibc
import PostgreSQL
import TestSupport
import Testing

@Suite(.enabled(if: Peer.postgres.isExpected, Comment(rawValue: Peer.postgres.absence)))
struct ServerConnectionTests {
    // MARK: Values

    @Test func `values of every type arrive and come back as they are`() throws {
        let connection = try connect()
        let text = "é 😀 \u{1} \n'\\"
        let bytes: [UInt8] = [0, 255, 0, 10, 92, 39]
        let rows = try #require(
            try connection.run(
                """
                SELECT $1 AS t, $2 AS i, $3 AS b, $4 AS low, '\\x'::bytea AS nothing, ''::text AS "Empty", 7::int2 AS two, -7::int4 AS four,
                true AS yes, 'x'::name AS n, 'ab'::char(3) AS c, 'v'::varchar AS v, '{"a": 1}'::json AS j
                """, [.text(text), .int(.max), .bytes(bytes), .int(.min)]
            ).rows)
        #expect(rows.count == 1)
        #expect(rows.columnCount == 13)
        #expect(try rows.text(row: 0, column: 0) == text)
        #expect(rows.byteCount(row: 0, column: 0) == text.utf8.count)
        #expect(try rows.bytes(row: 0, column: 0) == Array(text.utf8))
        #expect(try rows.int(row: 0, column: 1) == .max)
        #expect(try rows.bytes(row: 0, column: 2) == bytes)
        #expect(try rows.int(row: 0, column: 3) == .min)
        #expect(try rows.bytes(row: 0, column: 4) == [])
        #expect(rows.columnName(5) == "Empty")
        #expect(rows.column(named: "Empty") == 5)
        #expect(rows.column(named: "empty") == nil)
        #expect(try rows.text(row: 0, column: 5) == "")
        #expect(try rows.int(row: 0, column: 6) == 7)
        #expect(try rows.int(row: 0, column: 7) == -7)
        #expect(try rows.int(row: 0, column: 8) == 1)
        #expect(try (9...12).map { try rows.text(row: 0, column: $0) } == ["x", "ab ", "v", #"{"a": 1}"#])
        #expect((0..<13).allSatisfy { !rows.isNull(row: 0, column: $0) })
    }

    @Test func `a NULL of each type is planned by its type and reads as no value`() throws {
        let connection = try connect()
        let rows = try #require(
            try connection.run("SELECT $1, $2, $3, $1 IS NULL, $2 IS NULL, $3 IS NULL", [.text(nil), .int(nil), .bytes(nil)]).rows)
        #expect((0..<6).map { rows.isNull(row: 0, column: $0) } == [true, true, true, false, false, false])
        #expect(try (3...5).map { try rows.int(row: 0, column: $0) } == [1, 1, 1])
        #expect(rows.byteCount(row: 0, column: 0) == 0)
        for column in 0..<3 {
            #expect(failure { () throws(PostgresError) in try rows.text(row: 0, column: column) }?.code == .decoding)
            #expect(failure { () throws(PostgresError) in try rows.int(row: 0, column: column) }?.message.contains("is NULL") == true)
        }
    }

    @Test func `arrays arrive element by element, with their NULLs, in order, and empty`() throws {
        let connection = try connect()
        let texts: [String?] = ["a", nil, "", "é 😀 {\"\\,", String(repeating: "x", count: 70_000)]
        let numbers: [Int64?] = [.min, 0, nil, .max, -1]
        let rows = try #require(
            try connection.run(
                "SELECT t, n, pg_typeof($1)::text, pg_typeof($2)::text FROM unnest($1, $2) WITH ORDINALITY AS v (t, n, p) ORDER BY p",
                [.texts(texts), .ints(numbers)]
            ).rows)
        #expect(try (0..<5).map { rows.isNull(row: $0, column: 0) ? nil : try rows.text(row: $0, column: 0) } == texts)
        #expect(try (0..<5).map { rows.isNull(row: $0, column: 1) ? nil : try rows.int(row: $0, column: 1) } == numbers)
        #expect(try (2...3).map { try rows.text(row: 0, column: $0) } == ["text[]", "bigint[]"])
        let none = try #require(try connection.run("SELECT cardinality($1), cardinality($2)", [.texts([]), .ints([])]).rows)
        #expect(try (0...1).map { try none.int(row: 0, column: $0) } == [0, 0])
    }

    @Test func `a value of another type is an error that names the column and its type`() throws {
        let rows = try #require(try connect().run("SELECT 1.5::numeric AS price, 'x' AS t, 1::int8 AS i").rows)
        let error = try #require(failure { () throws(PostgresError) in try rows.int(row: 0, column: 0) })
        #expect(error.code == .decoding)
        #expect(error.message.contains("price") && error.message.contains("1700"))
        #expect(failure { () throws(PostgresError) in try rows.int(row: 0, column: 1) }?.message.contains("OID 25") == true)
        #expect(failure { () throws(PostgresError) in try rows.text(row: 0, column: 2) }?.message.contains("OID 20") == true)
        #expect(failure { () throws(PostgresError) in try rows.bytes(row: 0, column: 2) }?.code == .decoding)
        #expect(failure { () throws(PostgresError) in try rows.int(row: 1, column: 0) }?.code == .decoding)
        #expect(failure { () throws(PostgresError) in try rows.int(row: 0, column: 9) }?.code == .decoding)
    }

    @Test func `text of a database without an encoding that is no UTF-8 is an error`() throws {
        let server = try PostgresServer.shared
        try server.psql("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        let connection = try connect(server.url(database: "ascii"))
        #expect(connection.parameter("server_encoding") == "SQL_ASCII")
        // Only to a session that has given up UTF8 does the server send what is none.
        try connection.run("SET client_encoding = SQL_ASCII")
        let rows = try #require(try connection.run("SELECT convert_from('\\xff61'::bytea, 'SQL_ASCII')").rows)
        #expect(failure { () throws(PostgresError) in try rows.text(row: 0, column: 0) }?.message.contains("not UTF-8") == true)
        #expect(try rows.bytes(row: 0, column: 0) == [0xff, 0x61])
    }

    @Test func `rows without columns, no rows, no statement and tags are told apart`() throws {
        let connection = try connect()
        let results = try connection.exchange(
            [
                .run(sql: "SELECT FROM generate_series(1, 3)", []), .run(sql: "SELECT 1 WHERE false", []), .run(sql: "", []),
                .run(sql: "CREATE TEMP TABLE t (a int8)", []), .run(sql: "INSERT INTO t VALUES ($1), ($2)", [.int(1), .int(2)]),
                .run(sql: "UPDATE t SET a = a + 1 RETURNING a", []), .run(sql: "DELETE FROM t WHERE a > 100", []),
            ], timeout: .seconds(20))
        #expect(results.map(\.command) == ["SELECT 3", "SELECT 0", "", "CREATE TABLE", "INSERT 0 2", "UPDATE 2", "DELETE 0"])
        #expect(results.map(\.changed) == [3, 0, 0, 0, 2, 2, 0])
        #expect(results.map { $0.rows?.count } == [3, 0, nil, nil, nil, 2, nil])
        #expect(results[0].rows?.columnCount == 0)
        #expect(try connection.exchange([], timeout: .seconds(5)).isEmpty)
        let rows = try #require(results[5].rows)
        connection.close()
        #expect(try rows.int(row: 1, column: 0) == 3)
    }

    // MARK: Exchanges

    @Test func `a failed message is named, what follows is not run, and the connection goes on`() throws {
        let connection = try connect()
        try connection.run("CREATE TEMP TABLE t (a int8 CONSTRAINT positive CHECK (a > 0))")
        let error = try #require(
            failure { () throws(PostgresError) in
                try connection.exchange(
                    [
                        .prepare(name: "insert", sql: "INSERT INTO t VALUES ($1)", types: [.int]), .execute(name: "insert", [.int(1)]),
                        .execute(name: "insert", [.int(-5)]), .execute(name: "insert", [.int(2)]), .run(sql: "SELECT 1", []),
                    ], timeout: .seconds(20))
            })
        #expect(error.code == .server)
        #expect(error.index == 2)
        #expect(error.sqlState == "23514")
        #expect(error.constraint == "positive")
        #expect(error.table == "t")
        #expect(!"\(error)".contains("-5"))
        #expect(connection.isOpen)
        #expect(connection.transaction == .idle)
        // One transaction to the Sync; the statement that was prepared in it lasts.
        #expect(try connection.run("SELECT count(*) FROM t").rows?.int(row: 0, column: 0) == 0)
        #expect(try connection.exchange([.execute(name: "insert", [.int(3)])], timeout: .seconds(20))[0].changed == 1)
    }

    @Test func `a statement that could not be prepared is known by its index`() throws {
        let connection = try connect()
        let error = try #require(
            failure { () throws(PostgresError) in
                try connection.exchange(
                    [
                        .prepare(name: "one", sql: "SELECT 1::int8", types: []),
                        .prepare(name: "two", sql: "SELECT * FROM nowhere", types: []),
                        .prepare(name: "three", sql: "SELECT 3::int8", types: []),
                    ], timeout: .seconds(20))
            })
        #expect(error.index == 1)
        #expect(error.sqlState == "42P01")
        #expect(try connection.exchange([.execute(name: "one", [])], timeout: .seconds(20))[0].rows?.int(row: 0, column: 0) == 1)
        for name in ["two", "three"] {
            let missing = failure { () throws(PostgresError) in try connection.exchange([.execute(name: name, [])], timeout: .seconds(20)) }
            #expect(missing?.sqlState == "26000")
        }
    }

    @Test func `a transaction that failed says so until it is rolled back, and its COMMIT answers ROLLBACK`() throws {
        let connection = try connect()
        let begun = failure { () throws(PostgresError) in
            try connection.exchange([.run(sql: "BEGIN", []), .run(sql: "SELECT 1/0", []), .run(sql: "COMMIT", [])], timeout: .seconds(20))
        }
        #expect(begun?.sqlState == "22012")
        #expect(connection.transaction == .failed)
        #expect(try connection.run("COMMIT").command == "ROLLBACK")
        try connection.run("BEGIN")
        #expect(connection.transaction == .open)
        #expect(try connection.run("COMMIT").command == "COMMIT")
    }

    @Test func `what cannot be sent whole is refused before anything is sent`() throws {
        let connection = try connect()
        let cut = failure { () throws(PostgresError) in
            try connection.exchange([.run(sql: "SELECT 1", []), .run(sql: "SELECT 1\u{0} WHERE false", [])], timeout: .seconds(20))
        }
        #expect(cut?.code == .protocolViolation)
        #expect(cut?.index == 1)
        let many = failure { () throws(PostgresError) in
            try connection.run("SELECT 1", [Parameter](repeating: .int(1), count: 65_536))
        }
        #expect(many?.code == .protocolViolation)
        #expect(failure { () throws(PostgresError) in try connection.run("SELECT $1", [.text("a\u{0}b")]) }?.sqlState == "22021")
        #expect(connection.isOpen)
        #expect(try connection.run("SELECT 1").changed == 1)
    }

    @Test func `a COPY, which no exchange can serve, ends the connection with an error`() throws {
        let connection = try connect()
        let error = failure { () throws(PostgresError) in try connection.run("COPY (SELECT 1) TO STDOUT") }
        #expect(error?.code == .protocolViolation)
        #expect(!connection.isOpen)
    }

    @Test(.timeLimit(.minutes(2)))
    func `five thousand statements with a large value each way do not block one another`() throws {
        let connection = try connect()
        _ = try connection.exchange([.prepare(name: "echo", sql: "SELECT $1", types: [.bytes])], timeout: .seconds(20))
        let value = [UInt8](repeating: 7, count: 100_000)
        let results = try connection.exchange(
            [Message](repeating: .execute(name: "echo", [.bytes(value)]), count: 5_000), timeout: .seconds(100))
        #expect(results.count == 5_000)
        #expect(results.allSatisfy { $0.rows?.byteCount(row: 0, column: 0) == 100_000 })
        #expect(try results[4_999].rows?.bytes(row: 0, column: 0) == value)
    }

    // MARK: Notifications and cancelling

    @Test func `a notification comes when it is sent, also during an exchange, and none when there is none`() throws {
        let listener = try connect()
        let sender = try connect()
        try listener.run("LISTEN news")
        #expect(try listener.notification(timeout: .zero) == nil)
        try sender.run("SELECT pg_notify('news', 'é')")
        let first = try #require(try listener.notification(timeout: .seconds(10)))
        #expect(first.channel == "news")
        #expect(first.payload == "é")
        #expect(first.pid == sender.backendPID)
        _ = try listener.exchange([.run(sql: "NOTIFY news, 'a'", []), .run(sql: "SELECT 1", [])], timeout: .seconds(10))
        #expect(try listener.notification(timeout: .seconds(10))?.payload == "a")
        let start = ContinuousClock.now
        #expect(try listener.notification(timeout: .milliseconds(100)) == nil)
        #expect(ContinuousClock.now - start >= .milliseconds(100))
    }

    @Test func `another thread cancels a statement, and the connection goes on`() throws {
        let connection = try connect()
        let handle = try #require(connection.cancelHandle())
        whenAsleep(connection.backendPID) { handle.cancel() }
        let error = failure { () throws(PostgresError) in try connection.run("SELECT pg_sleep(30)") }
        #expect(error?.sqlState == "57014")
        #expect(try connection.run("SELECT 1").changed == 1)
        connection.close()
        #expect(connection.cancelHandle() == nil)
    }
}
