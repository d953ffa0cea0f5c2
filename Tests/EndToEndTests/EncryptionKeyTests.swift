import Foundation
import OpenSSL
import TestSupport
import Testing
import Values

/// A wrong ENCRYPTION_KEY is refused at the start, before anything is served or written.
@Suite(.serialized)
struct EncryptionKeyTests {
    private static let manifest = """
        version: 1
        workspace: acme
        scopes: { "posts:read": Read }
        webhooks:
          hook: { name: Hook, url: "https://receiver.example/", events: [POST_PUBLISHED] }
        """
    private let other = Hex.encode(randomBytes(32))

    @Test func `serve and every command that needs the key end with 1 and one sentence, and change nothing`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let path = try bench.folder.write(Self.manifest.replacingOccurrences(of: "Hook,", with: "Changed,"), to: "manifest.yaml")
        let wrong = ["ENCRYPTION_KEY": other]
        for arguments in [
            ["serve", "--listen", "127.0.0.1:\(try await freePort())"], ["plan", path], ["apply", path, "--auto-approve"],
            ["rollback", "1", "--auto-approve"], ["webhooks", "secret", "hook"], ["secrets", "rotate"],
            ["keys", "create", "--name", "None", "--scope", "posts:read"], ["events", "send", "POST_PUBLISHED"],
        ] {
            let process = try bench.start(arguments, environment: wrong)
            #expect(try await process.ended(within: .seconds(20)).code == 1, "\(arguments)\n\(process.said)")
            let sentences = process.errors.split(separator: "\n").filter { $0.hasPrefix("error: ENCRYPTION_KEY is not the key") }
            #expect(sentences.count == 1, "\(arguments)\n\(process.said)")
            #expect(process.output == "", "\(arguments)\n\(process.said)")
        }
        #expect(try await bench.succeed("keys", "list", "--format", "json").output.contains("key_") == false)
        #expect(try await bench.run("plan", path, "--detailed-exitcode").code == 2)
        // What needs no secret works with any key.
        for command in ["history", "drift", "export"] {
            #expect(try await bench.run(command, environment: wrong).code == 0)
        }
    }

    @Test func `a runtime whose key was rotated away is not ready, and the new key alone is`() async throws {
        let bench = try Workbench()
        try await bench.apply(Self.manifest)
        let runtime = try await bench.serve()
        let old = try #require(bench.environment["ENCRYPTION_KEY"])
        let both = ["ENCRYPTION_KEY": other, "ENCRYPTION_KEY_PREVIOUS": old]
        #expect(try await bench.succeed("plan", "manifest.yaml", environment: both).lastLine == "No changes.")
        try await bench.succeed("secrets", "rotate", environment: both)
        let answer = try await runtime.anybody.get("/readyz")
        #expect(answer.status == 503)
        #expect(answer.json["code"] == "not_ready")
        #expect(answer.text.contains("ENCRYPTION_KEY"))
        try await runtime.stop()
        #expect(try await bench.run("plan", "manifest.yaml").code == 1)
        try await bench.succeed("plan", "manifest.yaml", environment: ["ENCRYPTION_KEY": other])
    }
}
