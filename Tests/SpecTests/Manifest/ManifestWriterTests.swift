import Foundation
import Spec
import TestSupport
import Testing
import Values

struct ManifestWriterTests {
    private func readBack(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) -> [Resource] {
        let reading = read(text)
        #expect(reading.diagnostics.map(\.text) == [], "\(text)", sourceLocation: sourceLocation)
        return reading.manifest?.resources ?? []
    }

    @Test func `the example reads, and what is written of it reads back identically`() throws {
        let reading = ManifestReader(directory: packageRoot).read(["examples/integrations.yaml"])
        #expect(reading.diagnostics.map(\.text) == [])
        let resources = try #require(reading.manifest).resources
        #expect(Set(resources.map(\.address.kind)) == Set(ResourceKind.allCases))
        let again = readBack(ManifestWriter.yaml(for: resources))
        #expect(again.map(\.address) == resources.map(\.address))
        #expect(again.map(\.spec) == resources.map(\.spec))
        #expect(again.map(\.owner) == resources.map(\.owner))
        #expect(again.map(\.preventDestroy) == resources.map(\.preventDestroy))
    }

    @Test(arguments: [
        "plain", "no", "On", "012", "1.5", "null", "~", "", " x", "x ", "a: b", "a #b", "#a", "- a", "*", "&a", "!a", "%a", "@a", "`a",
        "a,b", "[a]", "{a}",
        "\"q\"", "it's", "back\\slash", "日本語 🎉", "1_000", "12:30", "2026-11-22", "=", "a:", "?", "a  b", "true", "\u{FEFF}x", "a\u{200E}b",
        "y",
    ])
    func `any text reads back as it was`(text: String) throws {
        // A description may be anything but blank.
        let content = text.allSatisfy { $0 == " " } ? "|\(text)|" : text
        let resource = Resource(
            address: Address(workspace: "w", kind: .webhook, name: "a"), owner: "", source: SourceLocation(file: "", line: 1, column: 1),
            preventDestroy: false,
            spec: .webhook(WebhookSpec(name: "n", description: content, url: "https://x.example", events: ["*"])))
        #expect(readBack(ManifestWriter.yaml(for: [resource])).map(\.spec) == [resource.spec])
    }

    @Test func `random resources read back as they were`() {
        var random = SeededGenerator(seed: 20_261_122)
        for _ in 0..<200 {
            let resources = RandomManifest.resources(using: &random)
            let again = readBack(ManifestWriter.yaml(for: resources))
            #expect(again.map(\.address) == resources.map(\.address))
            #expect(again.map(\.spec) == resources.map(\.spec))
        }
    }

    @Test func `a secret that only the state has is written as a reference with a comment`() {
        let spec = IntegrationSpec(name: "n", type: .crm, provider: "hubspot", config: .init(clientSecret: .stored))
        let resource = Resource(
            address: Address(workspace: "w", kind: .integration, name: "my-crm"), owner: "o",
            source: SourceLocation(file: "", line: 1, column: 1),
            preventDestroy: false, spec: .integration(spec))
        #expect(
            ManifestWriter.yaml(for: [resource]) == """
                version: 1
                workspace: w
                owner: o

                integrations:
                  my-crm:
                    name: "n"
                    type: CRM
                    provider: hubspot
                    config:
                      clientSecret: { env: MY_CRM_CLIENT_SECRET }  # the value is in the state alone: put it into this variable

                """)
    }

    @Test func `the starter is valid and needs no secret, with any provider`() {
        for providers in [[], [Provider.custom], Provider.all] {
            let resources = readBack(ManifestWriter.starter(workspace: "acme", providers: providers))
            #expect(resources.count == 4 + providers.count)
            #expect(resources.allSatisfy { $0.spec.secrets.isEmpty })
        }
    }
}

enum RandomManifest {
    private static let letters = Array("abcXYZ019 :#-\"'\\{}[],&*!|>%@`~?=/é日🎉.\t")

    static func text(using random: inout SeededGenerator) -> String {
        let text = String((0..<Int.random(in: 1...12, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        return text.allSatisfy { $0 == " " || $0 == "\t" } ? "x" : text
    }

    static func resources(using random: inout SeededGenerator) -> [Resource] {
        func resource(_ kind: ResourceKind, _ name: String, _ spec: ResourceSpec) -> Resource {
            Resource(
                address: Address(workspace: "w", kind: kind, name: name), owner: "", source: SourceLocation(file: "", line: 1, column: 1),
                preventDestroy: false, spec: spec)
        }
        let line = { (random: inout SeededGenerator) in text(using: &random).replacingOccurrences(of: "\t", with: "t") }
        let multiplier = Double(Int.random(in: 4...40, using: &random)) / 4
        return [
            resource(.scope, "a:b", .scope(ScopeSpec(description: text(using: &random)))),
            resource(
                .event, "EV",
                .event(
                    EventTypeSpec(
                        description: text(using: &random),
                        schema: ["enum": [.string(text(using: &random)), 1.5, nil, true, [1, ["a": []]]]]))),
            resource(
                .keyPolicy, "p",
                .keyPolicy(
                    KeyPolicySpec(
                        description: text(using: &random), scopes: Bool.random(using: &random) ? ["a:b"] : ["a:*", "*"],
                        rateLimitPerHour: Bool.random(using: &random) ? 12 : nil, expiresAfter: .milliseconds(90_061_001)))),
            resource(
                .integration, "i",
                .integration(
                    IntegrationSpec(
                        name: line(&random), type: .custom, provider: "custom", scopes: ["https://x.example/auth/a", "*", "null", "1"],
                        config: .init(
                            scopeSeparator: ",", authorizationParams: [.init(name: "a\(line(&random).count)", value: line(&random))],
                            clientId: .text("0123"), clientSecret: .file("a b/\(line(&random))"))))),
            resource(
                .webhook, "w",
                .webhook(
                    WebhookSpec(
                        name: line(&random), url: "https://x.example/?a=\(Int.random(in: 0...9, using: &random))",
                        events: ["EV", "POST_FAILED"],
                        headers: [.init(name: "X-A", value: .text("1")), .init(name: "X-B", value: .secret(.environment("B")))],
                        retryConfig: .init(maxRetries: 7, backoffMultiplier: multiplier), status: .paused))),
        ]
    }
}
