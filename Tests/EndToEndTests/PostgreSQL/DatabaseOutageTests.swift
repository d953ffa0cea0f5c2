import Foundation
import TestSupport
import Testing
import Values

/// `reconcile serve` on a PostgreSQL that goes and comes back.
@Suite(.serialized, .enabled(if: Peer.postgres.isExpected, "\(Peer.postgres.absence)"))
struct DatabaseOutageTests {
    private static let secret = ["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="]

    private func bench(_ url: String) throws -> Workbench {
        try Workbench(Self.secret.merging(["RECONCILE_STATE": url]) { $1 })
    }

    private func manifest(_ receiver: String) -> String {
        """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
        webhooks:
          numbered: { name: Numbered, url: "\(receiver)/", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
        """
    }

    private func event(_ number: Int) -> JSON { ["event": "POST_PUBLISHED", "data": ["number": .integer(number)]] }

    /// User and system time of a process so far, in seconds.
    private func processorTime(_ pid: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return (Double(fields[12]) ?? 0) / 100 + (Double(fields[13]) ?? 0) / 100
    }

    @Test func `the runtime outlives its database, says so, and goes on by itself`() async throws {
        let server = try PostgresServer(isDurable: true)
        let receiver = try await NumberedReceiver.start(answeringAfter: .milliseconds(400))
        let bench = try bench(server.url(database: try server.database()))
        try await bench.apply(manifest(receiver.url))
        let runtime = try await bench.serve(within: .seconds(10))
        let (_, free) = try await runtime.createKey("Free")
        let (_, limited) = try await runtime.createKey("Limited", perHour: 12)
        #expect(try await runtime.check(free).status == 200)
        #expect(try await runtime.check(limited).status == 200)
        var accepted: Set<Int> = []
        for number in 0..<10 {
            _ = try await runtime.admin.post("/api/events", event(number)).expect(202)
            accepted.insert(number)
        }
        // Attempts are under way, and their outcomes cannot be written.
        try server.stop(.immediate)
        let begin = ContinuousClock.now
        let unready = try await runtime.anybody.get("/readyz")
        #expect(unready.status == 503)
        #expect(unready.text.contains("state_unavailable"), "\(unready.text)")
        #expect(unready.header("Retry-After") != nil)
        #expect(try await runtime.anybody.get("/healthz").status == 200)
        for number in 100..<110 {
            let refused = try await runtime.admin.post("/api/events", event(number))
            #expect(refused.status == 503)
            #expect(refused.text.contains("state_unavailable"))
            #expect(refused.header("Retry-After") != nil)
        }
        #expect(ContinuousClock.now - begin < .seconds(5))
        for _ in 0..<50 { #expect(try await runtime.check(free).status == 200) }
        var statuses: [Int] = []
        for _ in 0..<12 { statuses.append(try await runtime.check(limited).status) }
        #expect(Set(statuses).isSubset(of: [200, 503]) && statuses.last == 503, "\(statuses)")

        // Idle: the workers wait, and the log has a line for each of them.
        try await Task.sleep(for: .milliseconds(500))
        let (lines, time) = (runtime.process.errors.split(separator: "\n").count, try processorTime(runtime.process.pid))
        try await Task.sleep(for: .seconds(4))
        let spent = try processorTime(runtime.process.pid) - time
        #expect(spent < 0.25, "\(spent) s of processor time in 4 s without a database")
        let more = runtime.process.errors.split(separator: "\n").count - lines
        #expect(more <= 6, "\(more) lines in 4 s:\n\(runtime.process.errors.suffix(3_000))")

        try server.start()
        try await runtime.isReady(within: .seconds(5))
        for number in 10..<15 {
            _ = try await runtime.admin.post("/api/events", event(number)).expect(202)
            accepted.insert(number)
        }
        let webhook = try #require(try await runtime.webhookIDs()["Numbered"])
        _ = try await eventually("the end of all deliveries", within: .seconds(20)) {
            let deliveries = try await runtime.deliveries(of: webhook)
            return deliveries.count == 15 && deliveries.allSatisfy { $0["status"]?.string == "DELIVERED" } ? true : nil
        }
        #expect(receiver.numbers == accepted)
        #expect(receiver.repeated.isEmpty, "delivered again: \(receiver.repeated)")
        _ = try await eventually("the limit's return") { try await runtime.check(limited).status == 200 ? true : nil }
        #expect(runtime.process.exit == nil)
        #expect(try await runtime.stop().code == 0, "\(runtime.process.said)")
        await receiver.stop()
    }

    @Test func `an apply that loses the answer to any of its commits is applied once, and says so`() async throws {
        let server = try PostgresServer.shared
        let database = try server.database()
        let proxy = try await NetworkProxy.start(to: .port(server.port))
        let bench = try bench(server.passwordURL(database: database, port: proxy.port))
        for number in 1...8 {
            let before = proxy.lostAnswers
            proxy.loseAnswer(containing: "COMMIT", number: number)
            let path = try bench.folder.write(manifest("http://127.0.0.1:\(number)"), to: "manifest.yaml")
            let applied = try await bench.run("apply", path, "--auto-approve")
            #expect(applied.code == 0, "\(number): \(applied.said)")
            #expect(try server.psql("SELECT count(*), max(revision) FROM revisions", database: database) == "\(number)|\(number)")
            #expect(try server.psql("SELECT spec LIKE '%127.0.0.1:\(number)/%' FROM webhooks", database: database) == "t")
            // A later number than this command had commits: the next one loses an earlier.
            if proxy.lostAnswers == before { break }
        }
        #expect(proxy.lostAnswers >= 3, "\(proxy.lostAnswers)")
        await proxy.stop()
        try server.drop(database)
    }

    @Test func `what cannot be opened is said with what to do, and ends the start`() async throws {
        let server = try PostgresServer()
        let database = try server.database()
        let wrong = try bench(server.passwordURL(database: database, password: "not-this-one"))
        let refused = try await wrong.run("serve", "--listen", "127.0.0.1:0")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("password authentication failed"))
        #expect(refused.errors.contains("check user and password of --state"))
        #expect(!String(decoding: refused.everything, as: UTF8.self).contains("not-this-one"))
        try server.stop(.fast)
        let down = try bench(server.passwordURL(database: database))
        let begin = ContinuousClock.now
        for command in [["serve", "--listen", "127.0.0.1:0"], ["export"]] {
            let process = try down.start(command)
            #expect(try await process.ended(within: .seconds(10)).code == 1)
            #expect(process.errors.contains("cannot be reached"), "\(process.said)")
            #expect(!process.errors.contains(PostgresServer.password))
        }
        #expect(ContinuousClock.now - begin < .seconds(10))
        try server.start()
        #expect(try server.psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", database: database) == "0")
    }

    @Test(.enabled(if: Peer.pgbouncer.isExpected, "\(Peer.pgbouncer.absence)"))
    func `a pooler in transaction mode with two sessions serves, and its restart is survived`() async throws {
        let server = try PostgresServer.shared
        let pooler = try PgBouncer(before: server, poolSize: 2)
        let database = try server.database()
        let receiver = try await NumberedReceiver.start()
        let bench = try bench(pooler.url(database: database))
        try await bench.apply(manifest(receiver.url))
        let runtime = try await bench.serve(within: .seconds(20))
        let (_, key) = try await runtime.createKey("Limited", perHour: 100)
        for number in 0..<20 {
            _ = try await runtime.admin.post("/api/events", event(number)).expect(202)
            #expect(try await runtime.check(key).status == 200)
        }
        #expect(try server.backends(of: database).count <= 2)
        try pooler.stop()
        #expect(try await runtime.anybody.get("/readyz").status == 503)
        #expect(try await runtime.admin.post("/api/events", event(100)).status == 503)
        try pooler.start()
        try await runtime.isReady(within: .seconds(10))
        for number in 20..<30 { _ = try await runtime.admin.post("/api/events", event(number)).expect(202) }
        _ = try await eventually("all events", within: .seconds(20)) { receiver.numbers == Set(0..<30) ? true : nil }
        #expect(receiver.repeated.isEmpty)
        #expect(try await runtime.stop().code == 0, "\(runtime.process.said)")
        await receiver.stop()
        try server.drop(database)
    }
}
