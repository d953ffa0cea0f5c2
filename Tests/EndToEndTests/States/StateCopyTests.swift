import Foundation
import TestSupport
import Testing
import Values

/// `state copy` as processes see it that are killed, or that run beside it.
@Suite(
    .serialized, .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"),
    .enabled(if: Peer.sqlite.isExpected, "\(Peer.sqlite.absence)"))
struct StateCopyTests {
    /// A file with a webhook that rests, and events with a delivery and an attempt each.
    private static func fill(_ bench: Workbench, events: Int) async throws -> String {
        let file = bench.folder.file("large.sqlite")
        let manifest = try bench.folder.write(
            """
            version: 1
            workspace: acme
            webhooks:
              posts: { name: Posts, url: https://hooks.example.com/posts, events: [POST_PUBLISHED], status: PAUSED }

            """, to: "manifest.yaml")
        try await bench.succeed("apply", manifest, "--auto-approve", "--state", file)
        try FinishedProcess(
            try Peer.sqlite.require(), ["-batch", "-bail", file],
            input: """
                BEGIN;
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(events))
                INSERT INTO events (id, workspace, type, body, created_at)
                SELECT printf('evt_%026d', n), 'acme', 'POST_PUBLISHED', printf('{"postId": "%0400d"}', n), n FROM numbers;
                INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, created_at)
                SELECT replace(id, 'evt', 'dlv'), id, (SELECT id FROM webhooks), 'acme', 'PENDING', 1, 4, created_at, created_at FROM events;
                INSERT INTO delivery_attempts (delivery_id, number, at, duration, status_code, response)
                SELECT id, 1, created_at, 12, 503, 'later' FROM deliveries;
                COMMIT;

                """
        ).succeeded()
        return file
    }

    @Test(arguments: [TestState.Engine.postgres, .sqlite])
    func `a killed copy cannot be used, and the same command brings it to its end`(engine: TestState.Engine) async throws {
        let bench = try Workbench()
        var source = try await Self.fill(bench, events: 12_000)
        let first = TestState(in: bench.folder, on: .postgres)
        if engine == .sqlite {
            try await bench.succeed("state", "copy", source, first.location, within: .seconds(60))
            source = first.location
        }
        let folder = TemporaryFolder("target")
        let target = engine == .sqlite ? TestState(in: folder, on: .sqlite) : first
        var before = 0
        // Of what comes last too little is left to be sure of being in time.
        for table in ["events", "deliveries"] {
            let copy = try bench.start(["state", "copy", source, target.location])
            _ = try await eventually("rows of \(table)", within: .seconds(60)) {
                if let exit = copy.exit { throw EndToEndError("the copy ended with \(exit.code) before it could be killed\n\(copy.said)") }
                return (try? target.sql("SELECT count(*) FROM \(table)")).flatMap { Int($0) } ?? 0 > 0 ? true : nil
            }
            try await copy.killNow()
            let rows = Int(try target.sql("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM delivery_attempts)")) ?? 0
            #expect(rows >= before, "rows that were copied are gone")
            before = rows
            for command in [["plan", bench.folder.file("manifest.yaml")], ["serve", "--listen", "127.0.0.1:0"], ["history"]] {
                let refused = try bench.start(command + ["--state", target.location])
                #expect(try await refused.ended().code == 1)
                #expect(refused.errors.contains("that is not finished and cannot be used"), "\(refused.said)")
            }
        }
        let finished = try await bench.succeed("state", "copy", source, target.location, "--format", "json", within: .seconds(60)).json
        #expect(finished["equal"] == .bool(true))
        let rows = finished["tables"]?.array?.first { $0["name"]?.string == "delivery_attempts" }?["rows"]?.integer
        #expect(rows == 12_000)
        #expect(
            try await bench.succeed("plan", bench.folder.file("manifest.yaml"), "--state", target.location).lastLine == "No changes.")
    }

    @Test func `a state that is served is neither copied nor copied to`() async throws {
        let bench = try Workbench()
        let file = try await Self.fill(bench, events: 10)
        let database = TestState(in: bench.folder, on: .postgres)
        let servedFile = try bench.start(["serve", "--listen", "127.0.0.1:0", "--state", file])
        try await servedFile.line(containing: "Serving")
        let fromServed = try await bench.run("state", "copy", file, database.location)
        #expect(fromServed.code == 5)
        #expect(fromServed.errors.contains("\(file) is served, or being copied, so nothing was done"))
        #expect(try database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0")
        try await servedFile.stop()

        let servedDatabase = try bench.start(["serve", "--listen", "127.0.0.1:0", "--state", database.location])
        try await servedDatabase.line(containing: "Serving")
        let toServed = try await bench.run("state", "copy", file, database.location)
        #expect(toServed.code == 5, "\(toServed.said)")
        #expect(try database.sql("SELECT count(*) FROM events") == "0")
        try await servedDatabase.stop()
        let copied = try await bench.succeed("state", "copy", file, database.location)
        #expect(copied.lastLine.hasPrefix("Copied \(file) to postgres://"))
    }

    @Test func `no password is shown`() async throws {
        let bench = try Workbench()
        let file = try await Self.fill(bench, events: 3)
        let server = try PostgresServer.shared
        let name = try server.database()
        let url = server.passwordURL(database: name)
        let copied = try await bench.run("state", "copy", file, url, "--format", "json")
        #expect(copied.code == 0, "\(copied.said)")
        let again = try await bench.run("state", "copy", url, bench.folder.file("back.sqlite"))
        #expect(again.code == 0, "\(again.said)")
        for output in [copied, again] {
            #expect(!output.said.contains("p@ss") && !output.said.contains(PostgresServer.password) && !output.said.contains("p%40ss"))
        }
        try server.drop(name)
    }
}
