import Foundation
import TestSupport
import Testing
import Values

/// The workflow that is shipped for GitHub: its steps, one by one, as a runner runs them.
@Suite(.serialized, .enabled(if: Peer.python.isExpected, "\(Peer.python.absence)"))
struct WorkflowTests {
    private static let manifest = """
        version: 1
        workspace: acme
        integrations:
          salesforce:
            name: Salesforce
            type: CRM
            provider: salesforce
            config: { clientId: { env: SALESFORCE_CLIENT_ID }, clientSecret: { env: SALESFORCE_CLIENT_SECRET } }
        webhooks:
          first: { name: First, url: "https://receiver.example/first", events: [POST_PUBLISHED] }
        """

    @Test func `a pull request is planned once, and its merge applies what was shown and leaves no secret behind`() async throws {
        let runner = try await WorkflowRunner()
        try runner.write(Self.manifest)
        #expect(try await runner.run("plan") == 0, "\(runner.said)")
        let comment = try runner.file("gh/comment.md")
        #expect(comment.hasPrefix("### Plan: 2 to add, 0 to change, 0 to destroy.\n"))
        #expect(try runner.file("summary").hasPrefix("### Plan: 2 to add, 0 to change, 0 to destroy.\n"))
        let digest = try runner.file("gh/status")
        #expect(comment.hasSuffix("\nDigest: `\(digest)`\n"))

        #expect(try await runner.run("apply") == 0, "\(runner.said)")
        let revisions = try await runner.bench.run("history", "--format", "json").json["data"]?.array
        #expect(revisions?.count == 1)
        #expect(revisions?.first?["planDigest"] == .string(digest))
        try runner.expectNoSecrets()

        // The next one changes nothing, which is a plan like any other.
        #expect(try await runner.run("plan") == 0, "\(runner.said)")
        #expect(try runner.file("gh/comment.md").hasPrefix("### No changes.\n"))
        #expect(try await runner.run("apply") == 0, "\(runner.said)")
    }

    @Test func `what changed after the review is not applied`() async throws {
        let runner = try await WorkflowRunner()
        try runner.write(Self.manifest)
        #expect(try await runner.run("plan") == 0, "\(runner.said)")
        try runner.write(Self.manifest.replacing("receiver.example", with: "elsewhere.example"))
        #expect(try await runner.run("apply") == 4, "\(runner.said)")
        #expect(try await runner.bench.run("plan", runner.folder + "/integrations", "--detailed-exitcode").code == 2)
    }

    @Test func `a wrong manifest fails the pull request and is neither shown nor noted`() async throws {
        let runner = try await WorkflowRunner()
        try runner.write(Self.manifest.replacing("POST_PUBLISHED", with: "POST_PUBLISHD"))
        #expect(try await runner.run("plan") == 3, "\(runner.said)")
        #expect(throws: (any Error).self) { try runner.file("gh/status") }
        #expect(throws: (any Error).self) { try runner.file("gh/comment.md") }
    }

    @Test func `actions are pinned to commits, tokens are not kept, and secrets reach only the steps that need them`() async throws {
        let runner = try await WorkflowRunner()
        let jobs = try #require(runner.workflow["jobs"]?.object)
        var plans = 0
        for job in jobs.members {
            #expect(job.value["env"]?.text.contains("secrets.") != true)
            for step in job.value["steps"]?.array ?? [] {
                if let action = step["uses"]?.string {
                    #expect(action.wholeMatch(of: /[\w.-]+\/[\w.-]+@[0-9a-f]{40}/) != nil, "\(action)")
                    #expect(step["with"]?["persist-credentials"] == false)
                }
                let script = step["run"]?.string ?? ""
                plans += script.matches(of: /reconcile plan/).count
                #expect(!script.contains("${{"), "an expression in a script runs what it holds")
                #expect(!script.contains("--secrets-out"))
                if step["env"]?.text.contains("secrets.") == true { #expect(script.contains("reconcile ")) }
            }
        }
        #expect(plans == 1)
        #expect(runner.workflow["env"]?.text.contains("secrets.") != true)
        #expect(runner.workflow["permissions"] == ["contents": "read"])
    }
}
