import Foundation
import Synchronization
import TestSupport
import Testing
import Values

/// `kill -9` at any moment: what was promised before it still holds after the next start.
@Suite(.serialized)
struct CrashTests {
    private static let rounds = 12

    @Test func `over twelve kills no accepted event is lost, no limit exceeded and no revoked key comes back`() async throws {
        let receiver = try await NumberedReceiver.start()
        let bench = try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
        try await bench.apply(Self.manifest(receiver.url))
        let limit = 90
        let key = try await Self.oneKey(bench, perHour: limit)
        let ledger = Ledger()
        for round in 0..<Self.rounds {
            let runtime = try await bench.serve()
            for revoked in ledger.revoked {
                #expect(try await runtime.check(revoked).status == 401, "a revoked key passed after restart \(round)")
            }
            ledger.note(try await runtime.check(key), afterRestart: true)
            let load = LoadGenerator(runtime: runtime, ledger: ledger, key: key)
            load.start()
            // The moment of the kill moves through whatever the runtime does.
            try await Task.sleep(for: .milliseconds(250 + round * 137 % 500))
            runtime.process.signal(SIGKILL)
            await load.stopped()
            _ = try await runtime.process.ended(within: .seconds(5))
        }
        #expect(ledger.accepted.count >= Self.rounds * 10, "the load was none: \(ledger.accepted.count) events")
        // A database beside the runtime takes its share of the machine: fewer calls fit between two kills.
        let least = TestState.isFile ? Self.rounds : Self.rounds / 2
        #expect(ledger.revoked.count >= least, "too few revokes to mean anything: \(ledger.revoked.count)")

        let last = try await bench.serve()
        for revoked in ledger.revoked { #expect(try await last.check(revoked).status == 401) }
        var answer = try await last.check(key)
        while answer.status == 200 {
            ledger.note(answer)
            answer = try await last.check(key)
        }
        #expect(answer.status == 429)
        #expect(ledger.admitted <= limit, "\(ledger.admitted) calls were admitted under a limit of \(limit)")
        #expect(ledger.complaints.isEmpty, "\(ledger.complaints)")
        let accepted = ledger.accepted
        _ = try? await eventually("all \(accepted.count) accepted events at the receiver", within: .seconds(20), every: .milliseconds(50)) {
            accepted.isSubset(of: receiver.numbers) ? true : nil
        }
        let missing = accepted.subtracting(receiver.numbers)
        #expect(missing.isEmpty, "\(missing.count) of \(accepted.count) accepted events were lost, such as \(missing.sorted().prefix(5))")
        #expect(try await last.stop().code == 0)
        await receiver.stop()
    }

    // Both the moment of the kill and the way back to the state before it are read off and done with the file.
    @Test(.enabled(if: TestState.isFile, "this looks at the locks of a file, and puts the file back"))
    func `kill -9 during apply leaves the state as it was or as it was to be`() async throws {
        let bench = try Workbench()
        let before = try bench.folder.write(Self.manyWebhooks(0..<150, path: "old"), to: "before.yaml")
        let after = try bench.folder.write(Self.manyWebhooks(50..<300, path: "new"), to: "after.yaml")
        try await bench.succeed("apply", before, "--auto-approve")
        let planned = try await bench.succeed("plan", after).lastLine
        #expect(planned == "Plan: 150 to add, 100 to change, 50 to destroy.")
        let kept = try Self.snapshot(of: bench)

        // How long a whole transaction takes here, so that the kills spread over all of it and a little beyond.
        let whole = try bench.start(["apply", after, "--auto-approve", "--max-deletes", "100"])
        _ = try await whole.isWriting(afterSaying: planned)
        let start = ContinuousClock.now
        while isWriting(whole.pid) { try await Task.sleep(for: .microseconds(200)) }
        let length = ContinuousClock.now - start
        #expect(try await whole.ended().code == 0)
        var outcomes: [String: Int] = [:]
        var within = 0
        for round in 0..<16 {
            try Self.restore(kept, of: bench)
            let apply = try bench.start(["apply", after, "--auto-approve", "--max-deletes", "100"])
            // On a busy machine it may be over before it is looked at: that is a kill after the commit.
            _ = try await apply.isWriting(afterSaying: planned)
            if round < 14 {
                try await Task.sleep(for: length * Double(round) / 14)
            } else {
                // The last ones come right after the commit, however long it took this time.
                while isWriting(apply.pid) { try await Task.sleep(for: .microseconds(200)) }
            }
            let isOpen = isWriting(apply.pid)
            try await apply.killNow()
            let found = try await bench.run("plan", after, "--detailed-exitcode", within: .seconds(10))
            let line = found.lastLine
            #expect(line == planned || line == "No changes.", "round \(round): \(found.said)")
            #expect(found.code == (line == planned ? 2 : 0))
            outcomes[line, default: 0] += 1
            if isOpen, line == planned { within += 1 }
        }
        #expect(within > 0, "no kill landed within the transaction: \(outcomes)")
        #expect(outcomes["No changes.", default: 0] > 0, "no kill came after the commit: \(outcomes)")
    }

    @Test func `a clean stop lets deliveries under way finish, repeats none of them, and loses nothing that was counted`() async throws {
        try await waitOutHourEdge(30)
        let receiver = try await NumberedReceiver.start(answeringAfter: .milliseconds(700))
        let bench = try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
        try await bench.apply(Self.manifest(receiver.url))
        let runtime = try await bench.serve()
        let (_, key) = try await runtime.createKey("Counted", perHour: 50)
        for _ in 0..<7 { #expect(try await runtime.check(key).status == 200) }
        for number in 0..<12 {
            _ = try await runtime.admin.post("/api/events", Self.event(number)).expect(202)
        }
        _ = try await eventually("a delivery under way") { receiver.numbers.isEmpty ? nil : true }
        #expect(try await runtime.stop().code == 0, "\(runtime.process.said)")

        let next = try await bench.serve()
        #expect(try await next.check(key).header("X-RateLimit-Remaining") == "42")
        _ = try await eventually("all events", within: .seconds(15)) { receiver.numbers.count == 12 ? true : nil }
        let webhook = try #require(try await next.webhookIDs()["Numbered"])
        let statuses = try await eventually("no delivery left to do", within: .seconds(15)) {
            let statuses = try await next.deliveries(of: webhook).compactMap { $0["status"]?.string }
            return statuses.contains("PENDING") ? nil : statuses
        }
        #expect(statuses == Array(repeating: "DELIVERED", count: 12))
        #expect(receiver.repeated.isEmpty, "delivered again: \(receiver.repeated)")
        try await next.stop()
        await receiver.stop()
    }

    static func event(_ number: Int) -> JSON {
        ["event": "POST_PUBLISHED", "data": ["number": .integer(number)]]
    }

    private static func manifest(_ receiver: String) -> String {
        """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
        webhooks:
          numbered: { name: Numbered, url: "\(receiver)/", events: [POST_PUBLISHED], secret: { env: HOOK_SECRET } }
        """
    }

    private static func manyWebhooks(_ range: Range<Int>, path: String) -> String {
        let webhooks = range.map {
            "  hook-\($0): { name: Hook \($0), url: \"https://receiver.example/\(path)/\($0)\", events: [POST_PUBLISHED] }"
        }
        return "version: 1\nworkspace: acme\nwebhooks:\n" + webhooks.joined(separator: "\n") + "\n"
    }

    /// A key made in a run of its own that ends cleanly.
    private static func oneKey(_ bench: Workbench, perHour: Int) async throws -> String {
        let runtime = try await bench.serve()
        let (_, key) = try await runtime.createKey("Limited", perHour: perHour)
        try await runtime.stop()
        return key
    }

    private static let stateFiles = ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"]

    private static func snapshot(of bench: Workbench) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in stateFiles { files[name] = FileManager.default.contents(atPath: bench.folder.file(name)) }
        return files
    }

    private static func restore(_ files: [String: Data], of bench: Workbench) throws {
        for name in stateFiles {
            let path = bench.folder.file(name)
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try files[name]?.write(to: URL(fileURLWithPath: path))
        }
    }
}
