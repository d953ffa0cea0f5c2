import Foundation
import Spec
import TestSupport
import Testing
import Values

struct ManifestReaderTests {
    @Test func `an event that only looks like a declared one is not it`() {
        let reading = read(
            """
            version: 1
            workspace: acme
            events:
              TALK_KEPT: { description: Kept }
            webhooks:
              kept: { name: Kept, url: "https://example.com", events: [TALK_\u{212a}EPT] }
            """)
        #expect(reading.diagnostics.map(\.summary).contains { $0.hasPrefix("there is no event `TALK_\u{212a}EPT`") })
        #expect(reading.manifest == nil)
    }

    private let contract = """
        version: 1
        workspace: acme-social
        owner: platform-team
        scopes:
          posts:read: Read posts and their metrics
          posts:write: Create and schedule posts
          analytics:read: Read analytics
        events:
          INVOICE_PAID: { description: An invoice was paid, schema: { type: object, required: [invoiceId] } }
        keyPolicies:
          production:
            description: Server-to-server keys
            prefix: sk_live
            scopes: [posts:read, posts:write, analytics:read]
            rateLimitPerHour: 1000
            rateLimitPerDay: 10000
            expiresAfter: 365d
            rotation: { every: 90d, overlap: 7d }
            allowedCIDRs: [203.0.113.0/24]
        integrations:
          salesforce:
            name: Salesforce CRM
            type: CRM
            provider: salesforce
            description: Sync contacts and leads with Salesforce
            public: true
            status: ACTIVE
            scopes: [read_contacts, write_leads]
            redirectUris: [https://yourapp.com/oauth/callback]
            rateLimitPerHour: 5000
            rateLimitPerDay: 100000
            config:
              authorizationUrl: https://login.salesforce.com/services/oauth2/authorize
              tokenUrl: https://login.salesforce.com/services/oauth2/token
              clientId: { env: SALESFORCE_CLIENT_ID }
              clientSecret: { env: SALESFORCE_CLIENT_SECRET }
            lifecycle: { preventDestroy: true }
        webhooks:
          post-published:
            name: Post Published Webhook
            url: https://yourapp.com/webhooks/post-published
            events: [POST_PUBLISHED, POST_FAILED]
            headers: { X-Custom-Header: value }
            retryConfig: { maxRetries: 3, backoffMultiplier: 2, initialDelay: 5s, maxDelay: 12h }
            status: ACTIVE
            secret: { env: POST_PUBLISHED_SECRET }
        moved:
          - { from: webhook.old-name, to: webhook.post-published }
        """

    private func address(_ kind: ResourceKind, _ name: String) -> Address { Address(workspace: "acme-social", kind: kind, name: name) }

    @Test func `the contract's manifest is read whole`() throws {
        let reading = read(contract)
        #expect(reading.diagnostics == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.domains == [Manifest.Domain(workspace: "acme-social", owner: "platform-team")])
        #expect(
            manifest.resources.map(\.address) == [
                address(.scope, "analytics:read"), address(.scope, "posts:read"), address(.scope, "posts:write"),
                address(.event, "INVOICE_PAID"), address(.keyPolicy, "production"), address(.integration, "salesforce"),
                address(.webhook, "post-published"),
            ])
        #expect(
            manifest.resources[3].spec
                == .event(EventTypeSpec(description: "An invoice was paid", schema: ["type": "object", "required": ["invoiceId"]])))
        #expect(
            manifest.resources[4].spec
                == .keyPolicy(
                    KeyPolicySpec(
                        description: "Server-to-server keys", prefix: "sk_live", scopes: ["posts:read", "posts:write", "analytics:read"],
                        rateLimitPerHour: 1000, rateLimitPerDay: 10000, expiresAfter: .seconds(365 * 86_400),
                        rotation: .init(every: .seconds(90 * 86_400), overlap: .seconds(7 * 86_400)), allowedCIDRs: ["203.0.113.0/24"])))
        #expect(
            manifest.resources[5].spec
                == .integration(
                    IntegrationSpec(
                        name: "Salesforce CRM", type: .crm, provider: "salesforce", description: "Sync contacts and leads with Salesforce",
                        isPublic: true, scopes: ["read_contacts", "write_leads"], redirectUris: ["https://yourapp.com/oauth/callback"],
                        rateLimitPerHour: 5000, rateLimitPerDay: 100000,
                        config: .init(
                            authorizationUrl: "https://login.salesforce.com/services/oauth2/authorize",
                            tokenUrl: "https://login.salesforce.com/services/oauth2/token",
                            clientId: .secret(.environment("SALESFORCE_CLIENT_ID")), clientSecret: .environment("SALESFORCE_CLIENT_SECRET"))
                    )))
        #expect(manifest.resources[5].preventDestroy)
        #expect(manifest.resources[5].source == SourceLocation(file: "a.yaml", line: 21, column: 3))
        #expect(
            manifest.resources[6].spec
                == .webhook(
                    WebhookSpec(
                        name: "Post Published Webhook", url: "https://yourapp.com/webhooks/post-published",
                        events: ["POST_PUBLISHED", "POST_FAILED"],
                        headers: [.init(name: "X-Custom-Header", value: .text("value"))], secret: .environment("POST_PUBLISHED_SECRET"))))
        #expect(manifest.moves.map(\.from) == [address(.webhook, "old-name")])
        #expect(manifest.moves.map(\.to) == [address(.webhook, "post-published")])
    }

    @Test func `what is left out has its default`() throws {
        let manifest = try #require(
            read(
                "workspace: w\nwebhooks:\n  a:\n    url: http://localhost:1/x\n    events: \"*\"\nintegrations:\n  hub: { provider: hubspot }\n"
            ).manifest)
        #expect(manifest.resources.map(\.owner) == ["", ""])
        #expect(manifest.resources[0].spec == .integration(IntegrationSpec(name: "hub", type: .crm, provider: "hubspot")))
        #expect(manifest.resources[1].spec == .webhook(WebhookSpec(name: "a", url: "http://localhost:1/x", events: ["*"])))
    }

    @Test func `the order of files and documents does not matter`() throws {
        let scopes = "workspace: w\nscopes: { a:b: c }\n"
        let policy = "workspace: w\nkeyPolicies: { p: { scopes: [\"a:*\"] } }\n"
        let one = try #require(read(scopes, policy).manifest)
        let other = try #require(read(policy, scopes).manifest)
        let single = try #require(read(scopes + "---\n" + policy).manifest)
        #expect(one.resources.map(\.address) == other.resources.map(\.address))
        #expect(one.resources.map(\.spec) == single.resources.map(\.spec))
        #expect(one.domains == single.domains)
    }

    @Test func `a name in another workspace does not count`() {
        let reading = read("workspace: one\nscopes: { a:b: c }\n---\nworkspace: two\nkeyPolicies: { p: { scopes: [a:b] } }\n")
        #expect(reading.diagnostics.map(\.message) == ["there is no scope `a:b` in workspace `two`; declare it below `scopes`"])
    }

    @Test func `every error of every file is reported in one run`() {
        let reading = read(
            "workspace: w\nscops: {}\nwebhooks: { a: { url: ftp://x, events: [NOPE] } }\n", "- list\n",
            "workspace: w\nwebhooks: { a: { url: https://x.example, events: [POST_FAILED] } }\n")
        #expect(
            reading.diagnostics.map { "\($0.range?.file ?? "") \($0.message)" } == [
                "a.yaml a manifest has no field `scops`; did you mean `scopes`?",
                "a.yaml the URL must begin with `https://`",
                "a.yaml there is no event `NOPE` in workspace `w`; declare it below `events`, or name a built-in one",
                "b.yaml a manifest is a mapping of fields, not a list; begin with `workspace: NAME`",
                "c.yaml `webhook.a` is declared twice in workspace `w`: first at a.yaml:3:13; keep one of the two",
            ])
    }

    @Test func `a file that cannot be read is no reason to call names in others undeclared`() {
        let reading = read("workspace: w\nkeyPolicies: { p: { scopes: [a:b] } }\n", "workspace: w\nscopes: { a:b: [ }\n")
        #expect(reading.diagnostics.count == 1)
        #expect(reading.diagnostics.first?.range?.file == "b.yaml")
    }

    @Test func `a byte order mark is no part of the text and counts in bytes`() {
        let reading = ManifestReader().read([ManifestFile(name: "m.yaml", text: [0xEF, 0xBB, 0xBF] + Array("workspace: W\n".utf8))])
        #expect(reading.diagnostics.map(\.range?.start) == [.init(line: 1, column: 12, byte: 14)])
    }

    @Test func `moves that follow one another end where the last one does`() throws {
        let manifest = try #require(
            read("workspace: w\nscopes: { c: d }\nmoved: [{ from: scope.a, to: scope.b }, { from: scope.b, to: scope.c }]\n").manifest)
        #expect(manifest.moves.map { "\($0.from.name) \($0.to.name)" } == ["a c", "b c"])
    }

    @Test func `folders are read in sorted order, and paths without a manifest are told apart from errors`() throws {
        let folder = TemporaryFolder()
        try folder.write("workspace: w\nscopes: { b: b }\n", to: "m/b/x.yml")
        try folder.write("workspace: w\nscopes: { a: a }\n", to: "m/a.yaml")
        try folder.write("not: read\n", to: "m/.hidden.yaml")
        try folder.write("not read", to: "m/README.md")
        try folder.write("", to: "empty/.keep")
        try folder.write("", to: "nothing.yaml")
        let reader = ManifestReader(directory: folder.path)
        let reading = reader.read(["./m/", "m/a.yaml"])
        #expect(reading.files == ["m/a.yaml", "m/b/x.yml"])
        #expect(reading.manifest?.resources.map(\.source.file) == ["m/a.yaml", "m/b/x.yml"])
        let without = reader.read(["m", "empty", "gone", "-"])
        #expect(without.manifest == nil)
        #expect(without.diagnostics == [])
        #expect(without.missing.map(\.reason) == [.emptyFolder, .noSuchPath, .noStandardInput])
        #expect(reader.read(["nothing.yaml"]).diagnostics.map(\.summary) == ["the file has nothing in it"])
        let input = reader.read(["-"], standardInput: Array("workspace: w\nscopes: { c: c }\n".utf8))
        #expect(input.manifest?.resources.first?.source == SourceLocation(file: "<stdin>", line: 2, column: 11))
    }

    @Test func `whatever single scalar is spoilt, the first diagnostic points at exactly it`() throws {
        let tree = MarkedManifest(contract)
        let lines = tree.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // Values that take no free text: a list in their place is wrong wherever it stands.
        for (number, line) in lines.enumerated() {
            guard let colon = line.range(of: ": "), !line.contains("{"), !line.contains("[") else { continue }
            let indented = line[..<colon.upperBound]
            var spoilt = lines
            spoilt[number] = indented + "[spoilt, value]"
            let reading = read(spoilt.joined(separator: "\n"))
            let first = try #require(reading.diagnostics.first, "\(line)")
            #expect(
                first.range?.start.line == number + 1 && first.range?.start.column == indented.unicodeScalars.count + 1,
                "\(line): \(first.text)")
            #expect(first.range?.end.column == indented.unicodeScalars.count + 16, "\(line)")
        }
    }
}
