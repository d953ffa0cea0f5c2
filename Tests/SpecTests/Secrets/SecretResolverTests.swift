import Spec
import Testing
import Values

struct SecretResolverTests {
    private let manifest = """
        workspace: w
        integrations:
          crm: { provider: hubspot, config: { clientId: { env: ID }, clientSecret: { file: secrets/crm } } }
        webhooks:
          a: { url: https://x.example, events: [POST_FAILED], headers: { Authorization: { env: AUTH } } }
        """

    private func reading() -> ManifestReading {
        ManifestReader().read([ManifestFile(name: "manifests/m.yaml", text: Array(manifest.utf8))])
    }

    @Test func `secrets come from the environment and from files beside the manifest`() throws {
        let reading = reading()
        let resources = try #require(reading.manifest).resources
        let resolver = SecretResolver(environment: ["ID": "id", "AUTH": "Bearer x"], directory: "/base") { path in
            path == "/base/manifests/secrets/crm" ? Array("s3cret\r\n".utf8) : nil
        }
        let resolution = resolver.resolve(resources, places: reading.places)
        #expect(resolution.diagnostics == [])
        #expect(
            resolution.values == [
                Address(workspace: "w", kind: .integration, name: "crm"): [
                    "config.clientId": Secret("id"), "config.clientSecret": Secret("s3cret"),
                ],
                Address(workspace: "w", kind: .webhook, name: "a"): ["headers.Authorization": Secret("Bearer x")],
            ])
    }

    @Test func `what cannot be had is reported where it is referred to`() throws {
        let reading = reading()
        let resources = try #require(reading.manifest).resources
        let resolver = SecretResolver(environment: ["ID": "", "AUTH": "Bearer x\nX-Evil: y"]) { _ in nil }
        let resolution = resolver.resolve(resources, places: reading.places)
        #expect(
            resolution.diagnostics.map { "\($0.range?.start.line ?? 0):\($0.range?.start.column ?? 0) \($0.message)" } == [
                "3:49 the environment variable `ID` is empty; set it where this command runs",
                "3:76 the file `secrets/crm` cannot be read; a relative path counts from the manifest's folder",
                "5:81 the secret must not have control characters or line breaks, because it is the value of a header",
            ])
        let blind = resolver.resolve(resources)
        #expect(blind.diagnostics.map(\.range) == [nil, nil, nil])
        #expect(blind.diagnostics.first?.summary == "`config.clientId` of `integration.crm`: the environment variable `ID` is empty")
    }

    @Test(arguments: [
        ("salesforce", "config.clientSecret", "SALESFORCE_CLIENT_SECRET"), ("post-published", "secret", "POST_PUBLISHED_SECRET"),
        ("a", "headers.X-Api-Key", "A_X_API_KEY"), ("7up", "secret", "_7UP_SECRET"),
    ])
    func `variables are named after what they hold`(name: String, field: String, variable: String) {
        #expect(SecretRules.variableName(for: Address(workspace: "w", kind: .webhook, name: name), field: field) == variable)
    }

    @Test(arguments: [
        ("client_secret", true), ("X-API-Key", true), ("Authorization", true), ("accessToken", true), ("tokenUrl", false),
        ("X-Custom-Header", false), ("keyPolicies", false),
    ])
    func `names of secrets are known whatever their spelling`(name: String, looksSecret: Bool) {
        #expect(SecretRules.looksSecret(name) == looksSecret)
    }
}
