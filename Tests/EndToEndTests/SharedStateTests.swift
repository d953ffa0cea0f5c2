import Foundation
import Spec
import TestSupport
import Testing

/// The command line and a runtime on one state file: what one commits the other sees within a second.
@Suite(.serialized)
struct SharedStateTests {
    @Test func `keys made, revoked and limited on the command line are so at the runtime within a second`() async throws {
        try await waitOutHourEdge(20)
        let bench = try Workbench()
        try await bench.apply(Self.manifest(perHour: 100))
        let runtime = try await bench.serve()
        let key = try await bench.succeed("keys", "create", "--name", "Made beside", "--policy", "reading").output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let first = try await withinASecond("the new key is known") {
            let answer = try await runtime.check(key)
            return answer.status == 200 ? answer : nil
        }
        #expect(first.header("X-RateLimit-Limit") == "100")

        try await bench.apply(Self.manifest(perHour: 7))
        _ = try await withinASecond("the new limit holds") {
            try await runtime.check(key).header("X-RateLimit-Limit") == "7" ? true : nil
        }
        let id = try #require(first.header("X-Key-Id"))
        try await bench.succeed("keys", "revoke", id)
        _ = try await withinASecond("the key is revoked") { try await runtime.check(key).status == 401 ? true : nil }
        try await runtime.stop()
    }

    @Test func `an event sent on the command line is delivered by the runtime, to webhooks applied beside it`() async throws {
        let receiver = try await NumberedReceiver.start()
        let bench = try Workbench()
        try await bench.apply(Self.manifest(perHour: 100))
        let runtime = try await bench.serve()
        let webhook = """
            webhooks:
              numbered: { name: Numbered, url: "\(receiver.url)/", events: [POST_PUBLISHED] }
            """
        try await bench.apply(Self.manifest(perHour: 100) + "\n" + webhook)
        try await bench.succeed("events", "send", "POST_PUBLISHED", "--data", "{\"number\": 1}")
        _ = try await withinASecond("the event of the command line is delivered") { receiver.numbers.contains(1) ? true : nil }
        _ = try await runtime.admin.post("/api/events", CrashTests.event(2)).expect(202)
        _ = try await withinASecond("the runtime's own event is delivered") { receiver.numbers.contains(2) ? true : nil }
        try await runtime.stop()
        await receiver.stop()
    }

    @Test func `serve with a manifest applies it at the start, on change, and not while it is wrong`() async throws {
        let bench = try Workbench()
        let path = try bench.folder.write(Self.manifest(perHour: 100), to: "manifest.yaml")
        let runtime = try await bench.serve(path, "--interval", "1s")
        let (_, key) = try await runtime.createKey("Follows", policy: "reading")
        #expect(try await runtime.check(key).header("X-RateLimit-Limit") == "100")

        try bench.folder.write(
            Self.manifest(perHour: 100).replacingOccurrences(of: "rateLimitPerHour", with: "rateLimitPerHuor"), to: "manifest.yaml")
        try await runtime.process.line(containing: "rateLimitPerHuor")
        #expect(try await runtime.check(key).header("X-RateLimit-Limit") == "100")

        try bench.folder.write(Self.manifest(perHour: 9), to: "manifest.yaml")
        _ = try await eventually("the changed manifest is applied", within: .seconds(5)) {
            try await runtime.check(key).header("X-RateLimit-Limit") == "9" ? true : nil
        }
        try await runtime.stop()
    }

    private func withinASecond<Value>(_ what: String, _ answer: () async throws -> Value?) async throws -> Value {
        try await eventually(what, within: .seconds(1), answer)
    }

    private static func manifest(perHour: Int) -> String {
        """
        version: 1
        workspace: acme
        scopes:
          posts:read: Read posts
        keyPolicies:
          reading: { scopes: [posts:read], rateLimitPerHour: \(perHour), rateLimitPerDay: 100000 }
        """
    }
}
