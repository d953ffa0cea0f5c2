import CLI
import Foundation
import Spec
import Store
import TestSupport
import Testing
import Values

struct StarterAndExportTests {
    private let environment = [
        "CLIENT_ID": "the-client", "CLIENT_SECRET": "the-secret", "OTHER_SECRET": "the-secret",
        "HOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ]

    @Test(arguments: [[], ["--provider", "salesforce"], ["--provider", "zapier", "hubspot"]])
    func `what init writes validates, plans and applies`(arguments: [String]) async throws {
        let world = TestWorld()
        let folder = world.folder.file("My Project")
        let path = folder + "/integrations.yaml"
        let made = arguments.isEmpty ? try await world.run("init", folder) : try await world.run("init", folder, arguments[0], arguments[1])
        #expect(made.status == .success, "\(made.errors)")
        #expect(try await world.run("validate", path).status == .success)
        #expect(try await world.run("plan", path).status == .success)
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        #expect(try await world.run("init", folder).status == .failure)
    }

    @Test(arguments: ["Bad Name", "K8s", "\u{212a}8s", "caf\u{e9}", "-a", ""])
    func `init refuses what cannot be a workspace, and writes nothing`(workspace: String) async throws {
        let world = TestWorld()
        let made = try await world.run("init", world.folder.file("project"), "--workspace", workspace)
        #expect(made.status == .usage)
        #expect(made.errors.contains("--workspace"))
        #expect(!world.exists("project"))
    }

    @Test func `a workspace that the state does not have is a slip of the pen on the command line`() async throws {
        let world = TestWorld()
        #expect(try await world.run("apply", world.write(start), "--auto-approve").status == .success)
        let refused = try await world.run("keys", "create", "--name", "Key", "--workspace", "acmee")
        #expect(refused.status == .failure)
        #expect(refused.output.isEmpty)
        #expect(refused.errors.contains("did you mean `acme`?"))
        #expect(try await world.run("keys", "create", "--name", "Key", "--workspace", "acme").status == .success)
        #expect(
            try await world.run("token", "--workspace", "Bad Name", environment: ["RECONCILE_JWT_SECRET": TestWorld.key]).status == .usage)
    }

    @Test(arguments: PlanFixtureTests.cases)
    func `a plan of an export is empty`(name: String) async throws {
        let world = TestWorld()
        let fixture = "\(packageRoot)/Tests/Fixtures/plans/\(name)/after.yaml"
        #expect(try await world.run("apply", fixture, "--auto-approve", environment: environment).status == .success)
        let exported = try await world.run("export")
        #expect(exported.status == .success)
        let path = try world.write(exported.output, to: "exported.yaml")
        let plan = try await world.run("plan", path, "--detailed-exitcode", environment: environment)
        #expect(plan.status == .success, "\(plan.errors)")
        #expect(plan.output == "No changes.\n")
    }

    @Test func `what the API made is exported only with --all, and a manifest that declares it adopts it`() async throws {
        let world = TestWorld()
        #expect(try await world.run("apply", world.write(start), "--auto-approve").status == .success)
        let store = try Store(state: world.state, keyring: Keyring(current: Secret(TestWorld.key)))
        let id = WebhookID(at: TestWorld.now)
        try await store.write { writing in
            try writing.insertWebhook(
                WebhookRecord(
                    id: id, workspace: "acme", name: "made-over-http",
                    spec: WebhookSpec(name: "Made", url: "https://example.com/hook", events: ["*"], secret: .stored),
                    createdAt: TestWorld.now, updatedAt: TestWorld.now, updatedBy: "api"))
            try writing.setSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), of: id.text, field: "secret", at: TestWorld.now)
        }
        #expect(try await !world.run("export").output.contains("made-over-http"))
        let all = try await world.run("export", "--all").output
        #expect(all.contains("made-over-http"))
        #expect(!all.contains("whsec_"))
        let path = try world.write(all, to: "all.yaml")
        let plan = try await world.run("plan", path)
        #expect(plan.lastLine == "No changes.")
        #expect(plan.output.contains("  webhook.made-over-http ("))
        #expect(plan.output.contains(") was made through the API; apply takes it over as it is\n"))
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        #expect(try await world.run("plan", path).output == "No changes.\n")
        let record = try await store.read { try $0.resources(in: "acme") }.first { $0.id == id.text }
        #expect(record?.origin == .manifest)
        #expect(try await store.read { try $0.secrets(of: id.text) } == ["secret": Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
    }

    @Test func `validate needs neither state nor secrets`() async throws {
        let world = TestWorld()
        let path = try world.write(
            start + "webhooks:\n  w: { name: W, url: https://example.com, events: [POST_PUBLISHED], secret: { env: W } }\n")
        let result = try await world.run("validate", path, environment: ["ENCRYPTION_KEY": ""])
        #expect(result.status == .success)
        #expect(result.output == "Valid: 2 resources in 1 file.\n")
        #expect(try !world.hasState)
        #expect(try JSON(parsing: try await world.run("validate", path, "--format", "json").output)["valid"] == true)
    }

    @Test func `providers lists the catalogue and shows one entry`() async throws {
        let world = TestWorld()
        #expect(try await world.run("providers").output.contains("salesforce"))
        #expect(try JSON(parsing: try await world.run("providers", "salesforce", "--format", "json").output)["name"] == "salesforce")
        let missing = try await world.run("providers", "salesforc")
        #expect(missing.status == .failure)
        #expect(missing.errors.contains("did you mean `salesforce`?"))
    }
}
